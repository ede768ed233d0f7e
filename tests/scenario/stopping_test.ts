/** How a run ends by other ways than silence. */
import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { countsOf } from "../support/ledger_content.ts";
import { events } from "../support/messages.ts";
import {
  countingAfter,
  durableLedger,
  everyLedger,
  Scenario,
} from "../support/scenario.ts";
import { ScriptedSource } from "../support/scripted_source.ts";

everyLedger.test("told to stop, a run finishes what is in hand and acks only what it has processed", async ({ ledger, next }) => {
  const gates = Array.from(
    { length: 10 },
    () => Promise.withResolvers<void>(),
  );
  let started = 0;
  const scenario = await new Scenario(ledger, {
    channelCapacity: 1,
    consumers: countingAfter(() => gates[started++]!.promise),
  }).start(...events(0, 10));
  gates.slice(0, 3).forEach(({ resolve }) => resolve());
  await scenario.clock.advance(100);
  assertEquals(started, 4);

  scenario.stop();
  await scenario.clock.advance(100_000);
  assertEquals([scenario.ended, scenario.source.acks], [false, []]);
  gates.forEach(({ resolve }) => resolve());
  await scenario.clock.advance(0);
  const { stopped, unique, received } = await scenario.result;

  // Three were done, one was being handled and one waited in the channel.
  assertEquals([stopped, unique, received], ["signal", 5, 5]);
  assertEquals(await countsOf(ledger, "created"), [["a", 5]]);
  assertEquals(scenario.source.acks, [{ channel: 1, upTo: 5, sent: true }]);
  const rest = new Scenario(await next());
  assertEquals(
    (await rest.runToEnd(...scenario.source.leftInQueue)).unique,
    5,
  );
});

durableLedger.test("told to stop, a run stops in the order of the flow", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start(...events(0, 3));

  scenario.stop();
  await scenario.result;

  assertEquals(scenario.journal, [
    "open",
    "take 3",
    "stop",
    "checkpoint 3 ids, 0 rejections",
    "ack 1 up to 3",
    "end run: signal",
    "snapshot",
    "close",
  ]);
});

everyLedger.test("told to stop, a run hears it although deliveries never pause", async ({ ledger }) => {
  const scenario = new Scenario(ledger, { checkpointSize: 5 });
  scenario.source.push(...events(0, 500));
  const running = scenario.start();
  // Signals come by the event loop, as this does.
  setImmediate(() => scenario.stop());
  await running;

  const { stopped, received } = await scenario.result;

  assertEquals([stopped, received < 500], ["signal", true]);
});

everyLedger.test("told to stop, a run tells its consumers", async ({ ledger }) => {
  let aborted = 0;
  const scenario = await new Scenario(ledger, {
    consumers: () => [{
      handlerFor: () => (_user, _event, signal) =>
        new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => {
            aborted++;
            resolve();
          })
        ),
    }],
  }).start(...events(0, 1));

  scenario.stop();

  assertEquals((await scenario.result).unique, 1);
  assertEquals(aborted, 1);
});

everyLedger.test("after as many deliveries as the limit allows, a run ends, and acks those alone", async ({ ledger }) => {
  const options = { limit: 7, checkpointSize: 5 };
  const scenario = await new Scenario(ledger, options).start(
    ...events(0, 3),
    ...events(0, 3),
    ...events(3, 6),
  );

  const { stopped, received, unique } = await scenario.result;

  assertEquals([stopped, received, unique], ["limit", 7, 4]);
  assertEquals(scenario.source.leftInQueue.length, 2);
  assertEquals(scenario.ledger.runs.map(({ stopped }) => stopped), ["limit"]);
});

everyLedger.test("told to stop before the source is attached, or before it starts, a run takes nothing", async ({ ledger, fresh }) => {
  const source = new ScriptedSource({ attachOnOpen: false });
  const unattached = await new Scenario(ledger, { source }).start();
  unattached.stop();
  const early = new Scenario(await fresh());
  early.stop();
  await early.start(...events(0, 3));

  for (const scenario of [unattached, early]) {
    const { stopped, received } = await scenario.result;
    assertEquals([stopped, received], ["signal", 0]);
  }
  assertEquals(early.source.leftInQueue.length, 3);
});

everyLedger.test("when the source fails in mid-run, what was taken is checkpointed and the error thrown", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start(...events(0, 3));

  scenario.source.fail(new Error("queue deleted"));

  await assertRejects(() => scenario.result, Error, "queue deleted");
  assertEquals(await countsOf(ledger, "created"), [["a", 3]]);
  assertEquals(scenario.source.leftInQueue, []);
  assertEquals(scenario.journal.slice(-3).includes("snapshot"), true);
  assertEquals(scenario.ledger.runs.map(({ stopped }) => stopped), ["error"]);
});

everyLedger.test("a source that cannot be opened, or a ledger that cannot be loaded, ends the run before anything is consumed", async ({ ledger }) => {
  const fail = () => Promise.reject(new Error("damaged"));
  for (
    const [spoil, last] of [
      [({ source }: Scenario) => source.open = fail, "close"],
      // Nothing is open yet.
      [({ ledger }: Scenario) => ledger.beginRun = fail, undefined],
    ] as const
  ) {
    const scenario = new Scenario(ledger);
    spoil(scenario);

    await scenario.start(...events(0, 3));

    await assertRejects(() => scenario.result, Error, "damaged");
    assertEquals(scenario.source.taken, 0);
    assertEquals(scenario.journal.at(-1), last);
    assertEquals(scenario.clock.pendingTimers, 0);
  }
});

everyLedger.test("a run tells what its source has left behind", async ({ ledger }) => {
  const rest = { messages: 17, why: "somebody else gets them" };
  const source = new ScriptedSource({ left: rest });

  const { left } = await new Scenario(ledger, { source })
    .runToEnd(...events(0, 3));

  assertEquals(left, rest);
});

everyLedger.test("however a run ends, it leaves no timer", async ({ ledger, fresh }) => {
  // One that waits in silence for a queue that is never empty …
  const stopped = new Scenario(ledger, { untilEmpty: true });
  stopped.source.isEmpty = () => Promise.resolve(false);
  await stopped.start(...events(0, 3));
  assertEquals(stopped.clock.pendingTimers, 3);
  stopped.stop();
  await stopped.result;
  assertEquals(stopped.clock.pendingTimers, 0);

  // … and one that fails with a checkpoint to come.
  const failed = await new Scenario(await fresh(), {
    consumers: () => [{
      handlerFor: () => () => Promise.reject(new Error("no")),
    }],
  }).start(...events(0, 3));
  await assertRejects(() => failed.result, Error, "no");
  assertEquals(failed.clock.pendingTimers, 0);
});

everyLedger.test("each run is noted with its end and its totals", async ({ ledger }) => {
  const scenario = new Scenario(ledger);

  await scenario.runToEnd(...events(0, 3), ...events(0, 2), {
    ...events(0, 1)[0]!,
    routingKey: "bad",
  });

  assertEquals(scenario.ledger.runs, [{
    endedAt: scenario.clock.now(),
    stopped: "end-of-input",
    unique: 3,
    duplicates: 2,
    rejected: 1,
  }]);
});
