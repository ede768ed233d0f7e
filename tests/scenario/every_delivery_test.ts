/** Any mix of deliveries, against a model of a few lines. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { contentOf } from "../support/ledger_content.ts";
import { event, type Message, raw, uuid } from "../support/messages.ts";
import { everyLedger, Scenario } from "../support/scenario.ts";

const bad: readonly [body: string, reason: string][] = [
  ["no JSON", "bad_json"],
  ["null", "bad_json"],
  ["{}", "missing_id"],
  ['{"id":""}', "bad_id"],
];

/** A message, and what is to become of it. */
type Told = { message: Message; type?: string; id?: string; reason?: string };

const user = fc.constantFrom("a", "b.c", "__proto__", "\u{1f600}");
const type = fc.constantFrom(
  "created",
  "updated",
  "renamed",
  "__proto__",
  "a b",
);
const id = fc.oneof(fc.nat(12).map(uuid), fc.constantFrom("1", "__proto__"));
const told = fc.record({
  message: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(user, type, id).map(
        ([user, type, id]): Told => ({
          message: event(user, type, id),
          type,
          id,
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(type, fc.constantFrom(...bad)).map(
        ([type, [body, reason]]): Told => ({
          message: raw(`a.event.${type}`, body),
          type,
          reason,
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "x", ".event.created").map(
        (key): Told => ({ message: raw(key, "{}"), reason: "bad_routing_key" }),
      ),
    },
  ),
  redelivered: fc.boolean(),
}).map(({ message: told, redelivered }): Told => ({
  ...told,
  message: { ...told.message, redelivered },
}));

/** What a run should make of all this, the simple way. */
function modelOf(all: readonly Told[], any: boolean) {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const reasons: string[] = [];
  let duplicates = 0;
  for (const { message, type, id, reason } of all) {
    const wrongType = type === undefined
      ? undefined
      : any
      ? type === "a b" ? "bad_type_name" : undefined
      : ["created", "updated"].includes(type)
      ? undefined
      : "unknown_type";
    const why = wrongType ?? reason;
    // On one attachment every delivery is another message, whatever its flag.
    if (why !== undefined) reasons.push(why);
    else if (seen.has(id!)) duplicates++;
    else {
      seen.add(id!);
      const user = message.routingKey.slice(0, -`.event.${type}`.length);
      const name = JSON.stringify([type, user]);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return { unique: seen.size, duplicates, reasons, counts };
}

async function outcomeOf(ledger: Ledger) {
  const { counts, rejections } = await contentOf(ledger);
  return {
    reasons: rejections.map(({ reason }) => reason as string),
    counts: new Map(
      counts.flatMap(([type, users]) =>
        users.map(([user, count]) => [JSON.stringify([type, user]), count])
      ),
    ),
  };
}

everyLedger.test("every delivery ends as exactly one of counted, duplicate, rejected", async ({ ledger: { ackAfter }, fresh }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(told, { maxLength: 40 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 3 }),
      async (all, any, checkpointSize, channelCapacity) => {
        const ledger = await fresh();
        const scenario = new Scenario(ledger, {
          types: any ? "any" : new Set(["created", "updated"]),
          checkpointSize,
          channelCapacity,
        });
        const result = await scenario
          .runToEnd(...all.map(({ message }) => message));

        const { unique, duplicates, reasons, counts } = modelOf(all, any);
        assertEquals(
          [result.unique, result.duplicates, result.rejected],
          [unique, duplicates, reasons.length],
        );
        assertEquals(result.received, all.length);
        assertEquals(
          result.redelivered,
          all.filter(({ message }) => message.redelivered).length,
        );
        assertEquals(await outcomeOf(ledger), { reasons, counts });
        assertEquals(scenario.source.leftInQueue, []);
      },
    ),
    // A durable ledger waits for the disk each time.
    { numRuns: ackAfter === "checkpoint" ? 25 : 150 },
  );
});
