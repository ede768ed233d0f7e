import type { SQLOutputValue } from "node:sqlite";
import type { Rejection, RejectionReason } from "../model/rejection.ts";

/**
 * A value that is never null in a ledger. `node:sqlite` gives null for what it
 * cannot read in a torn file.
 *
 * @throws If it is null.
 */
export function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error("a value is missing: malformed");
  return value;
}

/** The rejection that a row of the table `rejection` holds. */
export function rejectionOf(row: Record<string, SQLOutputValue>): Rejection {
  return {
    at: row.at as number,
    reason: row.reason as RejectionReason,
    routingKey: JSON.parse(present(row.routing_key) as string),
    fingerprint: present(row.fingerprint) as Uint8Array<ArrayBuffer>,
    body: present(row.body) as Uint8Array<ArrayBuffer>,
  };
}
