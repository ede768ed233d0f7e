import { assert } from "@std/assert";
import { type Running, startProgram } from "../support/program.ts";
import { assertFine, assertKilled, Drain, endOf } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";
import {
  DRAIN_STEPS,
  KILL_VARIABLE,
  SNAPSHOT_STEPS,
  type Step,
} from "./steps.ts";

/** More than two checkpoints of a replay. */
const SIZE = 18_000;

/** How long a run may take, in ms. */
const PATIENCE = 60_000;

/** Those of a replay, whose messages the ledger has itself: it acks nothing. */
export const REPLAY_STEPS: readonly Step[] = [
  ...DRAIN_STEPS.filter((step) => !step.includes("ack")),
  ...SNAPSHOT_STEPS,
];

/** A stream in a ledger that has rejected all events of two types, and more. */
export async function drainToRejections(
  choices: Choices,
  url?: string,
): Promise<Drain> {
  const drain = await Drain.make(choices, {
    ...(url === undefined ? {} : { url }),
    ...{ size: SIZE, checkpointSize: 5_000 },
  });
  const args = ["--until-empty", "--types", "created"];
  const { rejected } = assertFine(await drain.run({ args }, PATIENCE));
  assert(rejected > 10_000, `${rejected} are rejected`);
  return drain;
}

/** Replays what the ledger has rejected, until the program kills itself. */
export async function killReplayAt(
  drain: Drain,
  step: Step,
  passage: number,
): Promise<void> {
  const running = replay(drain, {
    entry: "tests/fault/killed_program.ts",
    env: { [KILL_VARIABLE]: `${step}:${passage}` },
  });
  assertKilled(await endOf(running, PATIENCE));
}

/** Replays it to the end. */
export async function endReplay(drain: Drain): Promise<void> {
  assertFine(await endOf(replay(drain), PATIENCE));
}

/** One replay, killed again and again at any moment of its life. */
export async function replayRound(
  url: string,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await drainToRejections(choices, url);
  for (let kill = 0; kill < 8; kill++) {
    const running = replay(drain);
    const moment = choices.between(100, 1_500);
    const timer = setTimeout(() => running.process.kill("SIGKILL"), moment);
    const { code } = await endOf(running, PATIENCE);
    clearTimeout(timer);
    if (code === 137) score.add("SIGKILLs of replays");
  }
  await endReplay(drain);
  score.compared(await drain.compareNow(), choices.repeat);
}

function replay(drain: Drain, options = {}): Running {
  const args = ["rejected", "replay", "--out", drain.out, "--format", "json"];
  return startProgram(args, options);
}
