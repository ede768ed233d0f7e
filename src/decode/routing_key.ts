import type { RejectionReason } from "../model/rejection.ts";

/** Which event types are counted: these, or `any` that is a possible name. */
export type TypeRule = ReadonlySet<string> | "any";

/** What a type may be called: it becomes a file name. */
export const TYPE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Who did what, as a routing key tells. */
export interface Route {
  readonly userId: string;
  readonly type: string;
}

/**
 * What a decoder of UTF-8 puts in the place of bytes that are none: keys of
 * different bytes would become one user.
 */
const REPLACEMENT = "\ufffd";

/**
 * Reads `<user>.event.<type>`: the type is the last word, the word before it
 * is `event`, and the user is all that comes before, dots included.
 */
export function readRoutingKey(
  routingKey: string,
  types: TypeRule,
): Route | RejectionReason {
  const typeDot = routingKey.lastIndexOf(".");
  const eventDot = routingKey.lastIndexOf(".", typeDot - 1);
  // An unpaired surrogate (only NDJSON can bring one) has no UTF-8 form.
  if (
    typeDot < 0 || eventDot < 1 || typeDot === routingKey.length - 1 ||
    routingKey.slice(eventDot + 1, typeDot) !== "event" ||
    !routingKey.isWellFormed() || routingKey.includes(REPLACEMENT)
  ) return "bad_routing_key";

  const type = routingKey.slice(typeDot + 1);
  if (types === "any") {
    if (!TYPE_NAME.test(type)) return "bad_type_name";
  } else if (!types.has(type)) {
    return "unknown_type";
  }
  return { userId: routingKey.slice(0, eventDot), type };
}
