import { Buffer } from "node:buffer";
import type { Event } from "../../model/event.ts";
import { Uuid, UUID_BYTES } from "../../model/uuid.ts";
import { FixedArray, packArray, TYPE } from "./values.ts";

/**
 * Ids of a claim, each once and sorted: workers that claim the same ids then
 * wait for each other in the same order, and never in a circle.
 */
export interface SortedIds {
  /** The parameter for PostgreSQL: a binary array. */
  readonly array: Buffer;
  /** For each of them, the first event of the claim that has it. */
  readonly events: readonly number[];
}

/** The first bits of an id and the number of an event, in a double's 53 bits. */
const EVENTS_LIMIT = 2 ** 21;

/**
 * Sorts the ids that are UUIDs, for a `uuid[]`.
 *
 * Their first 32 bits are compared as numbers, all at once; only where these
 * are equal, as in UUIDs of the same moment (version 7), does the rest count.
 */
export function sortUuids(events: readonly Event[]): SortedIds {
  const keys = new Float64Array(events.length);
  let length = 0;
  for (let i = 0; i < events.length; i++) {
    const { key } = events[i]!;
    if (key instanceof Uuid) keys[length++] = (key.a >>> 0) * EVENTS_LIMIT + i;
  }
  const sorted = keys.subarray(0, length).sort();
  const order: number[] = [];
  const firstWord = (i: number) => Math.floor(sorted[i]! / EVENTS_LIMIT);
  for (let from = 0, to = 1; from < length; from = to++) {
    while (to < length && firstWord(to) === firstWord(from)) to++;
    const alike = sorted.subarray(from, to);
    if (alike.length === 1) order.push(alike[0]! % EVENTS_LIMIT);
    else {appendSorted(
        order,
        events,
        Array.from(alike, (key) => key % EVENTS_LIMIT),
      );}
  }
  return { array: packUuids(events, order), events: order };
}

/** Sorts the ids that are no UUIDs, for a `bytea[]`. */
export function sortTexts(events: readonly Event[]): SortedIds {
  const first = new Map<string, number>();
  for (let i = 0; i < events.length; i++) {
    const { key } = events[i]!;
    if (typeof key === "string" && !first.has(key)) first.set(key, i);
  }
  const ids = [...first].map(([text, event]) => ({
    bytes: textBytes(text),
    event,
  })).sort((left, right) => Buffer.compare(left.bytes, right.bytes));
  return {
    array: packArray(TYPE.bytes, ids.map(({ bytes }) => bytes)),
    events: ids.map(({ event }) => event),
  };
}

/**
 * An id as bytes, different ones for each: its UTF-8, at most 1,024 bytes; or,
 * as JSON can hold half of a surrogate pair, which has no UTF-8, a byte that
 * occurs in none and its UTF-16.
 */
export function textBytes(id: string): Uint8Array {
  return id.isWellFormed()
    ? Buffer.from(id, "utf8")
    : Buffer.concat([new Uint8Array([0xff]), Buffer.from(id, "utf16le")]);
}

/** The id that {@linkcode textBytes} has made these bytes of. */
export function textOfBytes(bytes: Uint8Array): string {
  return bytes[0] === 0xff
    ? Buffer.from(bytes.subarray(1)).toString("utf16le")
    : Buffer.from(bytes).toString("utf8");
}

/** Sorts events whose ids have the same first word, and drops repetitions. */
function appendSorted(
  order: number[],
  events: readonly Event[],
  alike: number[],
): void {
  const uuidOf = (event: number) => events[event]!.key as Uuid;
  alike.sort((left, right) =>
    compareRest(uuidOf(left), uuidOf(right)) || left - right
  );
  for (let i = 0; i < alike.length; i++) {
    const repeats = i > 0 &&
      compareRest(uuidOf(alike[i - 1]!), uuidOf(alike[i]!)) === 0;
    if (!repeats) order.push(alike[i]!);
  }
}

function compareRest(left: Uuid, right: Uuid): number {
  return (left.b >>> 0) - (right.b >>> 0) || (left.c >>> 0) - (right.c >>> 0) ||
    (left.d >>> 0) - (right.d >>> 0);
}

function packUuids(events: readonly Event[], order: readonly number[]): Buffer {
  const array = new FixedArray(TYPE.uuid, order.length, UUID_BYTES);
  const { buffer } = array;
  const view = new DataView(buffer.buffer);
  for (let i = 0; i < order.length; i++) {
    const { a, b, c, d } = events[order[i]!]!.key as Uuid;
    const at = array.offset(i);
    view.setInt32(at, a);
    view.setInt32(at + 4, b);
    view.setInt32(at + 8, c);
    view.setInt32(at + 12, d);
  }
  return buffer;
}
