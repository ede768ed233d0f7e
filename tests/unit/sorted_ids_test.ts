import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  sortTexts,
  sortUuids,
  textBytes,
} from "../../src/ledger/postgres/sorted_ids.ts";
import { Event } from "../../src/model/event.ts";
import { packedUuid, Uuid, UUID_BYTES } from "../../src/model/uuid.ts";
import { test } from "../support/pure.ts";

const HEADER = 20;
const LENGTH = 4;

// Words from few values, so that many ids begin alike.
const word = fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000);
const uuid = fc.tuple(word, word, word, word).map((words) =>
  new Uuid(...words)
);
const text = fc.oneof(
  fc.constantFrom("a", "\ud83d", "\ufffd", "\u{1f600}", "a\0"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
);
const events = fc.array(
  fc.oneof(uuid, text).map((key) => new Event("a", "created", key)),
);

function uuidsIn(array: Uint8Array): string[] {
  const step = LENGTH + UUID_BYTES;
  return Array.from(
    { length: (array.length - HEADER) / step },
    (_, i) => packedUuid(array.subarray(HEADER + i * step + LENGTH)).toString(),
  );
}

test("sortUuids() gives each UUID once, in order, with its first event", () => {
  fc.assert(fc.property(events, (events) => {
    const first = new Map<string, number>();
    events.forEach(({ key }, i) => {
      if (key instanceof Uuid && !first.has(`${key}`)) first.set(`${key}`, i);
    });
    const expected = [...first].sort(([a], [b]) => a < b ? -1 : 1);

    const sorted = sortUuids(events);

    assertEquals(uuidsIn(sorted.array), expected.map(([id]) => id));
    assertEquals(sorted.events, expected.map(([, event]) => event));
  }));
});

test("sortTexts() gives each other id once, sorted by its bytes", () => {
  fc.assert(fc.property(events, (events) => {
    const keys = events.map(({ key }) => key);
    const sorted = sortTexts(events);

    const ids = sorted.events.map((event) => keys[event] as string);
    const texts = keys.filter((key) => typeof key === "string");
    assertEquals(new Set(ids), new Set(texts));
    assertEquals(sorted.events.map((event) => keys.indexOf(keys[event]!)), [
      ...sorted.events,
    ]);
    for (let i = 1; i < ids.length; i++) {
      assertEquals(compare(textBytes(ids[i - 1]!), textBytes(ids[i]!)), -1);
    }
  }));
});

function compare(left: Uint8Array, right: Uint8Array): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return Math.sign(left[i]! - right[i]!);
  }
  return Math.sign(left.length - right.length);
}
