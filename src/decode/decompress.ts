import process from "node:process";
import type { RejectionReason } from "../model/rejection.ts";
import { BODY_LIMIT } from "./body.ts";

/**
 * Undoes what the property `content-encoding` says was done to a body: `gzip`
 * or `deflate` (RFC 9110, 8.4.1). Other names leave it as it is: some publishers
 * write the character set there (kombu: `utf-8`).
 *
 * Whatever it would come to, no more than the limit is inflated.
 */
export function decompress(
  body: Uint8Array,
  encoding: string,
): Uint8Array | RejectionReason {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return inflate(body, "gunzipSync");
    case "deflate":
      return inflate(
        body,
        hasZlibHeader(body) ? "inflateSync" : "inflateRawSync",
      );
    default:
      return body;
  }
}

function inflate(
  body: Uint8Array,
  method: "gunzipSync" | "inflateSync" | "inflateRawSync",
): Uint8Array | RejectionReason {
  if (body.length > BODY_LIMIT) return "body_too_large";
  // It is loaded by the first message that needs it.
  const zlib = process.getBuiltinModule("node:zlib");
  try {
    return zlib[method](body, { maxOutputLength: BODY_LIMIT });
  } catch (error) {
    return (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE"
      ? "body_too_large"
      : "bad_encoding";
  }
}

/** As RFC 1950, 2.2, has it; some publishers leave it out (.NET). */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first << 8 | second) % 31 === 0;
}
