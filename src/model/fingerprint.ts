import { createHash } from "node:crypto";
import type { MessageProperties } from "./message_properties.ts";

/** Bytes of a fingerprint: the first half of a SHA-256. */
const FINGERPRINT_BYTES = 16;

/** 16 bytes that stand for a routing key, a body and properties, if any. */
export function fingerprintOf(
  routingKey: string,
  body: Uint8Array,
  properties?: MessageProperties,
): Uint8Array<ArrayBuffer> {
  const digest = createHash("sha256")
    // As JSON this ends unmistakably, whatever is in it.
    .update(JSON.stringify(
      properties === undefined ? routingKey : [routingKey, properties],
    ))
    .update(body)
    .digest();
  return new Uint8Array(digest.subarray(0, FINGERPRINT_BYTES));
}

/** A fingerprint as a key of a `Map`. */
export function keyOf(fingerprint: Uint8Array): string {
  return String.fromCharCode(...fingerprint);
}
