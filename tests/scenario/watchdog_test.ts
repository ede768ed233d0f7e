/** When silence ends a run. Times are in milliseconds of a fake clock. */
import { assertEquals } from "@std/assert";
import { event, raw, uuid } from "../support/messages.ts";
import {
  countingAfter,
  everyLedger,
  Scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { ScriptedSource } from "../support/scripted_source.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";

const IDLE = 5_000;

const created = (id: number) => event("a", "created", uuid(id));

/** A scenario whose consumer takes its time for each event. */
function slow(
  ledger: Ledger,
  milliseconds: number,
  options: ScenarioOptions = {},
): Scenario {
  const scenario: Scenario = new Scenario(ledger, {
    consumers: countingAfter(() =>
      new Promise<void>((resolve) =>
        scenario.clock.after(milliseconds, resolve)
      )
    ),
    ...options,
  });
  return scenario;
}

/** Asserts that the run ends after so long, and not a millisecond before. */
async function assertEndsAfter(
  milliseconds: number,
  scenario: Scenario,
): Promise<void> {
  await scenario.clock.advance(milliseconds - 1);
  assertEquals(scenario.ended, false, "one millisecond before");
  await scenario.clock.advance(1);
  assertEquals(scenario.ended, true, "at its time");
}

for (const options of [{}, { idle: 123 }]) {
  const { idle } = { idle: IDLE, ...options };
  everyLedger.test(`an empty queue ends the run after an idle time of ${idle} ms`, async ({ ledger }) => {
    const scenario = await new Scenario(ledger, options).start();

    await assertEndsAfter(idle, scenario);

    const { received, stopped, duration } = await scenario.result;
    assertEquals([received, stopped, duration], [0, "idle", idle]);
  });
}

everyLedger.test("the watchdog does not fire while a slow consumer works", async ({ ledger }) => {
  const scenario = await slow(ledger, 20_000).start(created(1), created(2));

  await assertEndsAfter(40_000 + IDLE, scenario);

  const { unique, stopped, duration } = await scenario.result;
  assertEquals([unique, stopped, duration], [2, "idle", 40_000 + IDLE]);
  assertEquals(scenario.source.leftInQueue, []);
});

everyLedger.test("the watchdog does not fire while backpressure holds deliveries back", async ({ ledger }) => {
  const scenario = await slow(ledger, 7_000, {
    channelCapacity: 1,
    checkpointSize: 2,
  }).start(...[1, 2, 3, 4, 5].map(created));

  await assertEndsAfter(35_000 + IDLE, scenario);

  assertEquals((await scenario.result).unique, 5);
});

everyLedger.test("the watchdog does not fire during a run of new events, duplicates or rejections", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start();
  for (let round = 0; round < 10; round++) {
    const late = [created(round), created(0), raw("bad", "key")];
    for (const message of late) {
      await scenario.clock.advance(IDLE - 1);
      await scenario.push(message);
    }
  }

  await assertEndsAfter(IDLE, scenario);

  const { unique, duplicates, rejected } = await scenario.result;
  assertEquals([unique, duplicates, rejected], [10, 10, 10]);
});

everyLedger.test("the watchdog does not fire while the source is not attached, nor before it was", async ({ ledger }) => {
  const source = new ScriptedSource({ attachOnOpen: false });
  const scenario = await new Scenario(ledger, { source }).start(created(1));
  await scenario.clock.advance(20_000);
  source.attach();
  await scenario.clock.advance(IDLE - 1);
  source.detach();
  await scenario.clock.advance(600_000);
  assertEquals(scenario.ended, false);

  source.attach();

  await assertEndsAfter(IDLE, scenario);
});

everyLedger.test("a checkpoint in between does not start the idle time anew", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, { checkpointInterval: 4_000 })
    .start(created(1));

  await assertEndsAfter(IDLE, scenario);

  assertEquals(scenario.ledger.batches.length, 1);
});

everyLedger.test("a delivery that comes during a slow checkpoint is counted before silence ends the run", async ({ ledger }) => {
  const scenario = new Scenario(ledger);
  scenario.ledger.beforeCheckpoint = () =>
    new Promise<void>((resolve) => scenario.clock.after(10_000, resolve));
  await scenario.start(created(1));

  // The checkpoint of the first is written from 1 s to 11 s.
  await scenario.clock.advance(8_000);
  await scenario.push(created(2));
  await scenario.clock.advance(60_000);

  const { unique, stopped } = await scenario.result;
  assertEquals([unique, stopped], [2, "idle"]);
  assertEquals(scenario.source.leftInQueue, []);
});

everyLedger.test("with the idle time 0 the run never ends by itself", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, { idle: 0 }).start(created(1));
  await scenario.clock.advance(30 * 24 * 3_600_000);
  assertEquals([scenario.ended, scenario.source.leftInQueue.length], [
    false,
    ledger.ackAfter === "checkpoint" ? 0 : 1,
  ]);

  scenario.stop();

  assertEquals((await scenario.result).stopped, "signal");
});

everyLedger.test("a wall clock that is set ends no run and prolongs none", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start(created(1));
  scenario.clock.setWallClock(scenario.clock.now() + 24 * 3_600_000);
  await scenario.clock.advance(1_000);
  scenario.clock.setWallClock(0);

  await assertEndsAfter(IDLE - 1_000, scenario);

  assertEquals((await scenario.result).duration, IDLE);
});
