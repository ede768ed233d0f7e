import { assert, assertEquals } from "@std/assert";
import { assertKilled, Drain, endOf } from "./drain.ts";
import {
  drainToRejections,
  endReplay,
  killReplayAt,
  REPLAY_STEPS,
} from "./replay_round.ts";
import { Choices, chooseSeed } from "./seed.ts";
import { DRAIN_STEPS, SNAPSHOT_STEPS, type Step } from "./steps.ts";

/** How often a step is passed at most before the program dies there. */
const MOST_PASSAGES: Readonly<Partial<Record<Step, number>>> = {
  received: 120,
  decoded: 120,
  routed: 120,
  tallied: 120,
  "in the transaction": 4,
  // There are four files to rename, for these three together.
  "in a file": 2,
  "before a rename": 2,
  "after a rename": 2,
};

Deno.test("SIGKILL at each step of a drain and of a snapshot: totals exact", async (t) => {
  await using drain = await Drain.named("each step");
  for (const step of [...DRAIN_STEPS, ...SNAPSHOT_STEPS]) {
    const passage = drain.choices.between(1, MOST_PASSAGES[step] ?? 3);
    await t.step(`SIGKILL ${step}, passage ${passage}`, async () => {
      assert(await drain.killAt(step, passage), "it got there");
    });
  }
  await drain.settle();
});

Deno.test("SIGKILL at random moments, three times in one drain: totals exact", async () => {
  await using drain = await Drain.named("random moments", { size: 3_000 });
  for (let kill = 0; kill < 3; kill++) {
    const running = drain.start({ args: ["--idle", "0"] });
    const moment = drain.choices.between(200, 1_000);
    const timer = setTimeout(() => running.process.kill("SIGKILL"), moment);
    assertKilled(await endOf(running));
    clearTimeout(timer);
  }
  await drain.settle();
});

Deno.test("memory: SIGKILL between the files and the ack: the next run counts all again, exact", async () => {
  await using drain = await Drain.named("memory");
  drain.ledgerPath = undefined;
  const args = ["--ledger", "memory:"];
  // There are four files: two of them are there after the first kill, and all
  // after the second, when nothing is acked yet.
  for (let kill = 0; kill < 2; kill++) {
    assert(await drain.killAt("after a rename", 2, { args }));
  }
  await drain.untilAlone();
  assertEquals((await drain.queue()).ready, drain.stream.messages.length);
  await drain.settle({ args });
});

Deno.test("SIGKILL at each step of a replay: each rejection is counted once, or kept", async (t) => {
  const choices = new Choices(chooseSeed(), "each step of a replay");
  console.log(choices.repeat);
  await using drain = await drainToRejections(choices);
  for (const step of REPLAY_STEPS) {
    const passage = MOST_PASSAGES[step] === 120
      ? choices.between(1, 4_000)
      // One begins the run, one is that of the checkpoint before.
      : step === "in the transaction"
      ? 3
      : 1;
    await t.step(`SIGKILL ${step}, passage ${passage}`, async () => {
      await killReplayAt(drain, step, passage);
    });
  }
  await endReplay(drain);
  const { lost, countedTwice, differences } = await drain.compareNow();
  assertEquals([lost, countedTwice, differences], [0, 0, []]);
});
