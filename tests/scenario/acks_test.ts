/** When deliveries are acked, and where the acks go. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { until } from "../support/until.ts";
import { contentOf, countsOf } from "../support/ledger_content.ts";
import { event, events, uuid } from "../support/messages.ts";
import {
  durableLedger,
  everyLedger,
  forgetfulLedger,
  Scenario,
} from "../support/scenario.ts";

durableLedger.test("nothing is acked before its checkpoint is durable", async ({ ledger }) => {
  const scenario = new Scenario(ledger, { checkpointSize: 3 });

  await scenario.runToEnd(...events(0, 7));

  assertEquals(scenario.journal, [
    "open",
    "take 3",
    "checkpoint 3 ids, 0 rejections",
    "ack 1 up to 3",
    "take 3",
    "checkpoint 3 ids, 0 rejections",
    "ack 1 up to 6",
    "take 1",
    "stop",
    "checkpoint 1 ids, 0 rejections",
    "ack 1 up to 7",
    "end run: end-of-input",
    "snapshot",
    "close",
  ]);
});

forgetfulLedger.test("with a ledger that forgets, nothing is acked before the snapshot is complete", async ({ ledger }) => {
  const gate = Promise.withResolvers<void>();
  const scenario: Scenario = new Scenario(ledger, {
    checkpointSize: 3,
    snapshot: async () => {
      scenario.journal.push("snapshot begins");
      await gate.promise;
      scenario.journal.push("snapshot ends");
      return ["created.json"];
    },
  });

  scenario.source.push(...events(0, 7));
  scenario.source.end();
  await scenario.start();
  await until(
    "the snapshot begins",
    () => scenario.journal.includes("snapshot begins"),
  );
  await scenario.clock.advance(60_000);
  assertEquals(scenario.source.acks, []);
  gate.resolve();
  const { files } = await scenario.result;

  assertEquals(scenario.journal.slice(-5), [
    "end run: end-of-input",
    "snapshot begins",
    "snapshot ends",
    "ack 1 up to 7",
    "close",
  ]);
  assertEquals([files, scenario.source.leftInQueue], [["created.json"], []]);
});

everyLedger.test("an ack goes to the channel that delivered, or nowhere", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start(...events(0, 3));
  assertEquals(scenario.source.taken, 3);

  scenario.source.detach();
  scenario.source.attach();
  await scenario.push(...events(3, 5));
  await scenario.clock.advance(6_000);
  const result = await scenario.result;

  assertEquals(scenario.source.acks, [
    { channel: 1, upTo: 3, sent: false },
    { channel: 2, upTo: 5, sent: true },
  ]);
  assertEquals(scenario.source.leftInQueue, []);
  assertEquals(
    [result.received, result.unique, result.duplicates, result.redelivered],
    [8, 5, 3, 3],
  );
  assertEquals((await contentOf(ledger)).counts, [["created", [["a", 5]]]]);
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ push: fc.array(fc.nat(30), { maxLength: 8 }) }),
  },
  { weight: 1, arbitrary: fc.constant("detach" as const) },
  { weight: 1, arbitrary: fc.constant("attach" as const) },
  { weight: 1, arbitrary: fc.record({ advance: fc.nat(3_000) }) },
);

everyLedger.test("whenever the connection breaks, every id is counted once and everything is acked in the end", async ({ ledger }) => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, checkpointSize, channelCapacity) => {
        const user = `round ${++round}`;
        const sent = new Set<number>();
        const options = { checkpointSize, channelCapacity };
        const scenario = await new Scenario(ledger, options).start();
        const { source, clock } = scenario;
        for (const step of steps) {
          if (scenario.ended) break;
          if (step === "detach") source.detach();
          else if (step === "attach") source.attached || source.attach();
          else if ("advance" in step) await clock.advance(step.advance);
          else {
            step.push.forEach((number) => sent.add(number));
            source.push(
              ...step.push.map((number) =>
                event(user, "created", uuid(round * 100 + number))
              ),
            );
          }
        }
        if (!source.attached && !scenario.ended) source.attach();
        const { unique } = await scenario.runToSilence();

        assertEquals([unique, source.leftInQueue], [sent.size, []]);
        const counts = new Map(await countsOf(ledger, "created"));
        assertEquals(counts.get(user) ?? 0, sent.size);
      },
    ),
    // A durable ledger waits for the disk each time.
    { numRuns: ledger.ackAfter === "checkpoint" ? 25 : 150 },
  );
});
