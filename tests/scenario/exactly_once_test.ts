/** What becomes of each delivery. */
import { assertEquals, assertRejects } from "@std/assert";
import { contentOf, countsOf } from "../support/ledger_content.ts";
import { event, events, raw, uuid } from "../support/messages.ts";
import {
  countingAfter,
  durableLedger,
  everyLedger,
  Scenario,
} from "../support/scenario.ts";

everyLedger.test("an id becomes seen only with its count: a checkpoint that fails acks nothing of its batch, and the next run counts all of it", async ({ ledger, next }) => {
  const failing = new Scenario(ledger, { checkpointSize: 3 });
  failing.ledger.failCheckpoint(2, new Error("disk full"));

  await assertRejects(
    () => failing.runToEnd(...events(0, 7)),
    Error,
    "disk full",
  );
  const left = failing.source.leftInQueue;
  const kept = ledger.ackAfter === "checkpoint" ? 3 : 0;
  assertEquals(left.length, 7 - kept);

  const repeated = new Scenario(await next());
  const { unique, duplicates } = await repeated.runToEnd(...left);

  assertEquals([unique, duplicates], [7 - kept, 0]);
  assertEquals((await contentOf(repeated.ledger)).counts, [
    ["created", [["a", 7]]],
  ]);
  assertEquals(repeated.source.leftInQueue, []);
});

durableLedger.test("a batch that was durable but not acked is recognised by the next run", async ({ ledger, next }) => {
  const first = await new Scenario(ledger, { checkpointSize: 3 })
    .start(...events(0, 2));
  // The connection breaks first, so the ack of the checkpoint goes nowhere.
  first.source.detach();
  first.stop();
  await first.result;
  const left = first.source.leftInQueue;
  assertEquals([left.length, first.source.acks[0]?.sent], [2, false]);

  const second = new Scenario(await next());
  const { unique, duplicates, redelivered } = await second
    .runToEnd(...left, ...events(2, 3));

  assertEquals([unique, duplicates, redelivered], [1, 2, 2]);
  assertEquals(await countsOf(ledger, "created"), [["a", 3]]);
});

everyLedger.test("the id alone identifies an event: the first one wins", async ({ ledger }) => {
  const { unique, duplicates } = await new Scenario(ledger).runToEnd(
    event("a", "created", uuid(1)),
    event("b", "created", uuid(1)),
    event("a", "deleted", uuid(1)),
    event("a", "created", uuid(0xa).toUpperCase()),
    event("a", "created", uuid(0xa)),
    raw("c.event.updated", `{"more":[1],"id":"${uuid(1)}"}`),
  );

  assertEquals([unique, duplicates], [3, 3]);
  assertEquals((await contentOf(ledger)).counts, [["created", [["a", 3]]]]);
});

everyLedger.test("a duplicate that comes while the first is still being processed is no second event", async ({ ledger }) => {
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  const scenario = await new Scenario(ledger, {
    consumers: countingAfter(() => {
      handled++;
      return gate.promise;
    }),
  }).start(event("a", "created", "1"));

  await scenario.push(event("a", "created", "1"), event("a", "created", "1"));
  await scenario.clock.advance(60_000);
  assertEquals([handled, scenario.source.acks.length], [1, 0]);
  gate.resolve();
  await scenario.clock.advance(5_000);

  assertEquals((await scenario.result).duplicates, 2);
  assertEquals(await countsOf(ledger, "created"), [["a", 1]]);
  assertEquals(scenario.source.leftInQueue, []);
});

durableLedger.test("a run of duplicates alone writes no checkpoint, but acks them", async ({ ledger, next }) => {
  await new Scenario(ledger).runToEnd(...events(0, 5));

  const scenario = new Scenario(await next(), { checkpointSize: 2 });
  const { duplicates } = await scenario.runToEnd(...events(0, 5));

  assertEquals([duplicates, scenario.ledger.batches.length], [5, 0]);
  assertEquals(scenario.source.leftInQueue, []);
});
