import type { MessageProperties } from "./message_properties.ts";

/** Why a delivery could not become an event. */
export const REJECTION_REASONS = [
  // The routing key is not `<user>.event.<type>` with a user and a type.
  "bad_routing_key",
  // The type is not one of those that are counted.
  "unknown_type",
  // Every type is counted, but this one is no possible name of one.
  "bad_type_name",
  // The body is not a JSON object in UTF-8.
  "bad_json",
  // There is no id where it should be: no member `id` in the object, say.
  "missing_id",
  // The id is no string, empty, or longer than 1,024 bytes.
  "bad_id",
  // The body is larger than 1 MiB, or would be, decompressed.
  "body_too_large",
  // The body cannot be decompressed as its `content-encoding` says.
  "bad_encoding",
  // Once more given back, and the broker would drop it.
  "delivery_limit",
] as const;

/** One of {@linkcode REJECTION_REASONS}. */
export type RejectionReason = typeof REJECTION_REASONS[number];

/** A delivery that cannot become an event, as it is kept. */
export interface Rejection {
  /** Why it could not become an event. */
  readonly reason: RejectionReason;
  /** The routing key as it came. */
  readonly routingKey: string;
  /** The whole body, copied out of the transport's buffer. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Those that came with it, if any did. */
  readonly properties?: MessageProperties | undefined;
  /** When it was rejected, in milliseconds since 1970 (UTC). */
  readonly at: number;
  /** 16 bytes that stand for routing key, body and properties. */
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /**
   * Its place behind the event that was delivered last before it on the same
   * attachment: `2 <id>` for the second rejection after it.
   */
  readonly follows?: string | undefined;
  /**
   * Its place ahead of the next event of its checkpoint: `2 <id>` for the
   * second rejection before it.
   */
  readonly precedes?: string | undefined;
}

/** A rejection and where a ledger keeps it. */
export interface StoredRejection extends Rejection {
  /** The key of its row; those recorded later have higher ones. */
  readonly row: number;
}

/** Bytes that a rejection takes in a ledger, about, besides what varies. */
export const REJECTION_COST = 256;

/** What a rejection takes in a ledger, in bytes, about. */
export function sizeOfRejection(
  { body, routingKey, properties }: Rejection,
): number {
  const more = properties === undefined ? "" : JSON.stringify(properties);
  return REJECTION_COST + body.length + routingKey.length + more.length;
}
