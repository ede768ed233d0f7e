import { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { parseUuid, readUuid, UUID_TEXT_LENGTH } from "../model/uuid.ts";
import type { Route } from "./routing_key.ts";

/** Bodies above this are rejected unread, in bytes (1 MiB). */
export const BODY_LIMIT = 1024 * 1024;

/** Ids above this are rejected, in bytes of UTF-8 (1 KiB). */
export const ID_LIMIT = 1024;

/** Reads the id out of a body: a JSON object with a string member `id`. */
export function readBody(
  body: Uint8Array,
  route: Route,
): Event | RejectionReason {
  const uuid = readPlainUuid(body);
  if (uuid !== undefined) return new Event(route.userId, route.type, uuid);

  if (body.length > BODY_LIMIT) return "body_too_large";
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(body));
  } catch {
    return "bad_json";
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return "bad_json";
  }
  if (!Object.hasOwn(parsed, "id")) return "missing_id";
  const id = (parsed as { id: unknown }).id;
  if (typeof id !== "string" || id === "" || !fits(id)) return "bad_id";
  return new Event(route.userId, route.type, parseUuid(id) ?? id);
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

/** Whether an id is within {@linkcode ID_LIMIT} once written as UTF-8. */
function fits(id: string): boolean {
  // A UTF-16 unit takes one to three bytes: most ids are settled by length.
  if (id.length * 3 <= ID_LIMIT) return true;
  return id.length <= ID_LIMIT && encoder.encode(id).length <= ID_LIMIT;
}

const encoder = new TextEncoder();
