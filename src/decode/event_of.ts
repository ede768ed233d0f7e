import { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { parseUuid } from "../model/uuid.ts";
import type { Route } from "./routing_key.ts";

/** Ids above this are rejected, in bytes of UTF-8 (1 KiB). */
export const ID_LIMIT = 1024;

/** The event with an id as it was found, if that can be one. */
export function eventOf(id: unknown, route: Route): Event | RejectionReason {
  if (typeof id !== "string" || id === "" || !fits(id)) return "bad_id";
  return new Event(route.userId, route.type, parseUuid(id) ?? id);
}

/** Whether an id is within {@linkcode ID_LIMIT} once written as UTF-8. */
function fits(id: string): boolean {
  // A UTF-16 unit takes one to three bytes: most ids are settled by length.
  if (id.length * 3 <= ID_LIMIT) return true;
  return id.length <= ID_LIMIT && encoder.encode(id).length <= ID_LIMIT;
}

const encoder = new TextEncoder();
