import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { UuidSet } from "../../src/ledger/seen/uuid_set.ts";
import { ClaimedIds } from "../../src/ledger/sqlite/claimed_ids.ts";
import { parseUuid, Uuid } from "../../src/model/uuid.ts";
import { uuid as numbered } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const word = fc.oneof(
  fc.constantFrom(0, 1, -1, -0x80000000),
  fc.nat(31).map((bit) => 1 << bit),
);

/** Mostly ids that differ in a bit or two, so that they get in each other's way. */
const uuid = fc.oneof(
  fc.tuple(word, word, word, word),
  fc.nat(127).map((bit): Words => {
    const words: Words = [0, 0, 0, 0];
    words[bit >> 5] = 1 << (bit & 31);
    return words;
  }),
).map(([a, b, c, d]) => new Uuid(a, b, c, d));

type Words = [number, number, number, number];

const command = fc.oneof(
  fc.record({ name: fc.constant("add" as const), uuid }),
  fc.record({ name: fc.constant("has" as const), uuid }),
  fc.record({
    name: fc.constant("addPacked" as const),
    uuids: fc.array(uuid),
    offset: fc.nat(20),
    surplus: fc.nat(15),
  }),
);

test("UuidSet answers as a Set of texts does", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const set = new UuidSet();
      const model = new Set<string>();
      for (const command of commands) {
        if (command.name === "add") {
          const text = command.uuid.toString();
          assertEquals(set.add(command.uuid), !model.has(text));
          model.add(text);
        } else if (command.name === "has") {
          assertEquals(
            set.has(command.uuid),
            model.has(command.uuid.toString()),
          );
        } else {
          const { uuids, offset, surplus } = command;
          const row = packed(uuids);
          // A view in the middle of a buffer, and a bit of an id too much.
          const buffer = new Uint8Array(offset + row.length + surplus);
          buffer.fill(0xaa).set(row, offset);
          set.addPacked(buffer.subarray(offset));
          for (const uuid of uuids) model.add(uuid.toString());
        }
        assertEquals(set.size, model.size);
      }
    }),
    { numRuns: 200 },
  );
});

for (
  const [kind, make] of [
    ["random", () => parseUuid(crypto.randomUUID())!],
    ["consecutive", (number: number) => parseUuid(numbered(number))!],
  ] as const
) {
  test(`UuidSet grows over 100,000 ${kind} ids and loses none`, () => {
    const ids = Array.from({ length: 120_000 }, (_, number) => make(number));
    const absent = Array.from(
      { length: 20_000 },
      (_, number) => make(120_000 + number),
    );
    const set = new UuidSet();

    assertEquals(count(ids, (id) => set.add(id)), 120_000);
    assertEquals(count(ids, (id) => set.add(id)), 0);
    assertEquals(count(ids, (id) => set.has(id)), 120_000);
    assertEquals(count(absent, (id) => set.has(id)), 0);
    assertEquals(set.size, 120_000);

    const loaded = new UuidSet();
    loaded.addPacked(packed(ids));
    assertEquals(loaded.size, 120_000);
    assertEquals(count(ids, (id) => loaded.has(id)), 120_000);
  });
}

/** As the row of a checkpoint keeps them. */
function packed(ids: readonly Uuid[]): Uint8Array {
  const claimed = new ClaimedIds();
  for (const id of ids) claimed.add(id);
  return claimed.uuids;
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.reduce((sum, item) => sum + (test(item) ? 1 : 0), 0);
}
