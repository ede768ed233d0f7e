import type { RejectionReason } from "../model/rejection.ts";
import { ANY, type KeyPattern, TYPE, USUAL_KEY } from "./key_pattern.ts";

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
 * What a decoder of UTF-8 puts in the place of bytes that are none: texts of
 * different bytes would become one.
 */
export const REPLACEMENT = "\ufffd";

/**
 * Reads a routing key. By default the type is the last word, the word before it
 * is `event`, and the user is all that comes before, dots included.
 */
export function readRoutingKey(
  routingKey: string,
  types: TypeRule,
  pattern: KeyPattern = USUAL_KEY,
): Route | RejectionReason {
  // An unpaired surrogate (only NDJSON can bring one) has no UTF-8 form.
  const route = routingKey.isWellFormed() && !routingKey.includes(REPLACEMENT)
    ? match(routingKey, pattern)
    : undefined;
  if (route === undefined) return "bad_routing_key";
  if (types === "any") {
    return TYPE_NAME.test(route.type) ? route : "bad_type_name";
  }
  return types.has(route.type) ? route : "unknown_type";
}

/** Takes word after word off both ends; what is left is the user. */
function match(
  routingKey: string,
  { before, behind }: KeyPattern,
): Route | undefined {
  let start = 0;
  let end = routingKey.length;
  let type = "";
  for (const expected of before) {
    const dot = routingKey.indexOf(".", start);
    if (dot < 0) return undefined;
    const word = routingKey.slice(start, dot);
    if (!fits(word, expected)) return undefined;
    if (expected === TYPE) type = word;
    start = dot + 1;
  }
  for (const expected of behind) {
    const dot = routingKey.lastIndexOf(".", end - 1);
    if (dot < start) return undefined;
    const word = routingKey.slice(dot + 1, end);
    if (!fits(word, expected)) return undefined;
    if (expected === TYPE) type = word;
    end = dot;
  }
  return end > start
    ? { userId: routingKey.slice(start, end), type }
    : undefined;
}

function fits(word: string, expected: string): boolean {
  if (expected === TYPE) return word !== "";
  return expected === ANY || word === expected;
}
