import { oneTurn } from "./fake_clock.ts";

/** Turns of the event loop in which what happens in this process comes about. */
const QUICK_TURNS = 1_000;

/** After them, how often a condition is looked at, in ms. */
const INTERVAL = 5;

/** The same for one that has to be asked for elsewhere. */
const ASKING_INTERVAL = 20;

/**
 * Waits until a condition holds, without turning any fake clock.
 *
 * @param what What is waited for, for the message if it never comes.
 * @param limit After so long, in ms, the test fails instead.
 * @throws If the limit passes.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limit = 30_000,
): Promise<void> {
  const end = performance.now() + limit;
  for (let turn = 0;; turn++) {
    const answer = holds();
    if (await answer) return;
    if (performance.now() > end) {
      throw new Error(`Waited ${limit / 1_000} s in vain until ${what}`);
    }
    const isAsked = answer instanceof Promise;
    if (!isAsked && turn < QUICK_TURNS) await oneTurn();
    else await pause(isAsked ? ASKING_INTERVAL : INTERVAL);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
