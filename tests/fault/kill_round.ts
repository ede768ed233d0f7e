import { assertKilled, Drain, endOf } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";
import { DRAIN_STEPS, SNAPSHOT_STEPS, type Step } from "./steps.ts";

const STEPS: readonly Step[] = [...DRAIN_STEPS, ...SNAPSHOT_STEPS];

/** Steps that are passed once for each delivery; the others once a batch. */
const PER_DELIVERY: readonly Step[] = [
  "received",
  "decoded",
  "routed",
  "tallied",
];

/**
 * One stream, drained by a program that is killed again and again: at a named
 * step, or at any moment of its life.
 */
export async function killRound(
  url: string,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await Drain.make(choices, {
    url,
    size: choices.between(500, 1_500),
    checkpointSize: choices.oneOf([20, 50, 100]),
  });
  const inMemory = choices.between(1, 8) === 1;
  const args = inMemory ? ["--ledger", "memory:"] : [];
  if (inMemory) drain.ledgerPath = undefined;
  for (let kills = choices.between(4, 8); kills > 0; kills--) {
    if (await killOnce(drain, choices, args)) score.add("SIGKILLs");
    // With nothing kept, a whole run has left nothing to count for the next.
    else if (inMemory) break;
  }
  const comparison = inMemory && await isDrained(drain)
    ? await drain.compareNow()
    : await drain.compare({ args });
  score.compared(comparison, choices.repeat);
}

/**
 * Kills the program once, at a step or at any moment.
 *
 * @returns Whether it got there; if not, it has reached its end.
 */
export async function killOnce(
  drain: Drain,
  choices: Choices,
  args: readonly string[] = [],
): Promise<boolean> {
  if (choices.between(1, 3) > 1) {
    const step = choices.oneOf(STEPS);
    const passage = choices.between(1, PER_DELIVERY.includes(step) ? 150 : 3);
    return await drain.killAt(step, passage, { args });
  }
  const moment = choices.between(50, 1_200);
  const running = drain.start({ args: [...args, "--idle", "0"] });
  const timer = setTimeout(() => running.process.kill("SIGKILL"), moment);
  assertKilled(await endOf(running));
  clearTimeout(timer);
  return true;
}

async function isDrained(drain: Drain): Promise<boolean> {
  await drain.untilAlone();
  return (await drain.queue()).ready === 0;
}
