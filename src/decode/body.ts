import { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { readUuid, UUID_TEXT_LENGTH } from "../model/uuid.ts";
import { eventOf } from "./event_of.ts";
import type { Route } from "./routing_key.ts";

/** Bodies above this are rejected unread, in bytes (1 MiB). */
export const BODY_LIMIT = 1024 * 1024;

/** Reads the id out of a body: a JSON object with a string member `id`. */
export function readBody(
  body: Uint8Array,
  route: Route,
): Event | RejectionReason {
  const uuid = readPlainUuid(body);
  return uuid === undefined
    ? readBodyAt(USUAL_PATH, body, route)
    : new Event(route.userId, route.type, uuid);
}

const USUAL_PATH = ["id"];

/** Reads the id out of a JSON object at a path of member names. */
export function readBodyAt(
  path: readonly string[],
  body: Uint8Array,
  route: Route,
): Event | RejectionReason {
  if (body.length > BODY_LIMIT) return "body_too_large";
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch {
    return "bad_json";
  }
  if (!isObject(value) || Array.isArray(value)) return "bad_json";
  for (const name of path) {
    if (!isObject(value) || !isMember(value, name)) return "missing_id";
    value = value[name];
  }
  return eventOf(value, route);
}

/** Of a list, numbers are members, and nothing else: not its `length`. */
function isMember(value: object, name: string): boolean {
  return Object.hasOwn(value, name) &&
    (!Array.isArray(value) || /^\d+$/.test(name));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** `{"id":"<uuid>"}`, with or without the space that some writers put in. */
const SHAPES = ['{"id":"', '{"id": "'].map((head) => ({
  head: new TextEncoder().encode(head),
  length: head.length + UUID_TEXT_LENGTH + '"}'.length,
}));

/**
 * The usual body holds a UUID and nothing else. Its id is read from the bytes:
 * no string, no JSON parser. A body of any other shape takes the general way.
 */
function readPlainUuid(body: Uint8Array) {
  for (const { head, length } of SHAPES) {
    if (body.length !== length) continue;
    const end = length - 2;
    // 0x22 is the quote and 0x7d the brace that close the object.
    if (body[end] !== 0x22 || body[end + 1] !== 0x7d) return undefined;
    for (let i = 0; i < head.length; i++) {
      if (body[i] !== head[i]) return undefined;
    }
    return readUuid(body, head.length);
  }
  return undefined;
}
