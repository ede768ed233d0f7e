/** How a run ends that is to stop as soon as the queue is empty. */
import { assertEquals } from "@std/assert";
import { events } from "../support/messages.ts";
import { everyLedger, Scenario } from "../support/scenario.ts";
import { ScriptedSource } from "../support/scripted_source.ts";

/** Three looks, 200 ms apart. */
const LOOKS = 400;

everyLedger.test("until empty: the run ends as soon as the queue is empty and all is processed", async ({ ledger }) => {
  const gate = Promise.withResolvers<void>();
  const scenario = await new Scenario(ledger, {
    untilEmpty: true,
    consumers: () => [{ handlerFor: () => () => gate.promise }],
  }).start(...events(0, 3));
  await scenario.clock.advance(60_000);
  assertEquals(scenario.ended, false);

  gate.resolve();
  await scenario.clock.advance(LOOKS);

  const { stopped, unique, duration } = await scenario.result;
  assertEquals([stopped, unique, duration], ["empty", 3, 60_000 + LOOKS]);
});

everyLedger.test("until empty: a queue that is not empty yet is looked at again", async ({ ledger }) => {
  const scenario = new Scenario(ledger, { untilEmpty: true });
  let empty = false;
  scenario.source.isEmpty = () => Promise.resolve(empty);

  await scenario.start(...events(0, 3));
  await scenario.clock.advance(1_800);
  empty = true;
  await scenario.clock.advance(199 + LOOKS);
  assertEquals(scenario.ended, false);
  await scenario.clock.advance(1);

  assertEquals((await scenario.result).stopped, "empty");
});

everyLedger.test("until empty: a queue that looks empty while deliveries are on their way is not believed", async ({ ledger }) => {
  // As a quorum queue does, it tells before the deliveries are here.
  const scenario = await new Scenario(ledger, { untilEmpty: true }).start();
  await scenario.clock.advance(LOOKS - 1);
  await scenario.push(...events(0, 3));
  await scenario.clock.advance(LOOKS - 1);
  assertEquals(scenario.ended, false);
  await scenario.clock.advance(LOOKS);

  const { stopped, unique } = await scenario.result;
  assertEquals([stopped, unique], ["empty", 3]);
});

everyLedger.test("until empty: a broken connection is no empty queue", async ({ ledger }) => {
  const source = new ScriptedSource({ attachOnOpen: false });
  const scenario = await new Scenario(ledger, { source, untilEmpty: true })
    .start();
  await scenario.clock.advance(60_000);
  assertEquals(scenario.ended, false);

  source.attach();
  await scenario.clock.advance(LOOKS);

  assertEquals((await scenario.result).stopped, "empty");
});

everyLedger.test("until empty: a broker that is asked whether the queue is empty does not put off the end of the idle time", async ({ ledger }) => {
  const scenario = new Scenario(ledger, { untilEmpty: true, idle: 500 });
  scenario.source.isEmpty = () => new Promise(() => {});
  await scenario.start();
  await scenario.clock.advance(500);
  assertEquals(scenario.ended, true);
});
