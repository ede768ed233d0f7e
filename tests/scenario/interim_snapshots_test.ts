/** How the files follow the ledger while a run goes on. */
import { assertEquals } from "@std/assert";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { event } from "../support/messages.ts";
import {
  durableLedger,
  everyLedger,
  Scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const newEvent = () => event("a", "created", crypto.randomUUID());

/** A run without an end that takes a checkpoint each second. */
function longRun(
  ledger: Ledger,
  options: ScenarioOptions = {},
  snapshot: (scenario: Scenario) => Promise<void> = () => Promise.resolve(),
) {
  /** When each snapshot was taken, in seconds. */
  const snapshots: number[] = [];
  const scenario: Scenario = new Scenario(ledger, {
    idle: 0,
    ...options,
    snapshot: async () => {
      snapshots.push(scenario.clock.monotonic() / SECOND);
      await snapshot(scenario);
      return [];
    },
  });
  return { scenario, snapshots };
}

durableLedger.test("the files follow the ledger a minute after it has changed, and only then", async ({ ledger }) => {
  const { scenario, snapshots } = longRun(ledger);
  const known = newEvent();
  await scenario.start(known);
  await scenario.clock.advance(5 * MINUTE);
  await scenario.push(known);
  await scenario.clock.advance(5 * MINUTE);
  assertEquals(snapshots, [61], "a duplicate changes nothing");

  await scenario.push(newEvent());
  await scenario.clock.advance(30 * SECOND);
  await scenario.push(newEvent());
  await scenario.clock.advance(10 * MINUTE);
  assertEquals(snapshots, [61, 661]);

  scenario.stop();
  await scenario.result;
  assertEquals(snapshots.length, 3);
  assertEquals(scenario.clock.pendingTimers, 0);
});

durableLedger.test("the files are written between two checkpoints, not between a claim and its commit", async ({ ledger }) => {
  const { scenario } = longRun(
    ledger,
    { checkpointInterval: MINUTE },
    ({ journal }) => Promise.resolve(void journal.push("snapshot")),
  );
  await scenario.start(newEvent());
  await scenario.clock.advance(MINUTE + 30 * SECOND);
  await scenario.push(newEvent());
  await scenario.clock.advance(31 * SECOND);

  const checkpoint = "checkpoint 1 ids, 0 rejections";
  assertEquals(
    scenario.journal.filter((step) => ["snapshot", checkpoint].includes(step)),
    [checkpoint, checkpoint, "snapshot"],
  );
  scenario.stop();
  await scenario.result;
});

durableLedger.test("files that take long to write are written less often: under 1 % of the time", async ({ ledger }) => {
  const { scenario, snapshots } = longRun(
    ledger,
    { snapshotInterval: SECOND },
    ({ clock }) => new Promise((resolve) => clock.after(2_000, resolve)),
  );
  await scenario.start();
  for (let second = 0; second < 500; second++) {
    await scenario.push(newEvent());
    await scenario.clock.advance(SECOND);
  }

  assertEquals(snapshots, [2, 205, 408]);
  scenario.stop();
  await scenario.clock.advance(10 * SECOND);
  await scenario.result;
});

durableLedger.test("files that cannot be written in mid-run are tried again, and the run goes on", async ({ ledger }) => {
  const { scenario, snapshots } = longRun(
    ledger,
    {},
    () =>
      snapshots.length === 1
        ? Promise.reject(new Error("disk full"))
        : Promise.resolve(),
  );
  await scenario.start(newEvent());
  await scenario.clock.advance(10 * MINUTE);

  assertEquals(snapshots, [61, 121]);
  scenario.stop();
  assertEquals((await scenario.result).stopped, "signal");
});

everyLedger.test("with the interval 0, or a ledger that forgets, files are written at the end", async ({ ledger }) => {
  const forgets = ledger.ackAfter === "snapshot";
  const { scenario, snapshots } = longRun(
    ledger,
    forgets ? {} : { snapshotInterval: 0 },
  );
  await scenario.start(newEvent());
  await scenario.clock.advance(10 * MINUTE);
  assertEquals(snapshots, []);

  scenario.stop();
  await scenario.result;
  assertEquals(snapshots, [600]);
});

durableLedger.test("a snapshot in between is no reason to wait longer for silence", async ({ ledger }) => {
  const { scenario, snapshots } = longRun(ledger, {
    idle: 5 * SECOND,
    snapshotInterval: 3 * SECOND,
  });
  await scenario.start(newEvent());
  await scenario.clock.advance(5 * SECOND);

  assertEquals([(await scenario.result).stopped, snapshots], [
    "idle",
    [4, 5],
  ]);
});
