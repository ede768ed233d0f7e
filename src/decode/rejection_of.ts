import type { Delivery } from "../model/delivery.ts";
import { fingerprintOf } from "../model/fingerprint.ts";
import type { Rejection, RejectionReason } from "../model/rejection.ts";

/**
 * Makes the record of a delivery that cannot be counted. The body is copied:
 * a transport's buffer would keep its neighbours alive.
 *
 * @param at Now, in milliseconds since 1970 (UTC).
 */
export function rejectionOf(
  delivery: Delivery,
  reason: RejectionReason,
  at: number,
): Rejection {
  const { routingKey, body, properties } = delivery;
  return {
    reason,
    routingKey,
    body: new Uint8Array(body),
    properties,
    at,
    fingerprint: fingerprintOf(routingKey, body, properties),
  };
}
