import { setImmediate } from "node:timers";
import type { Clock } from "../../src/model/clock.ts";

/**
 * Turns of the event loop that let pending work come to rest. The pipeline
 * takes one for each checkpoint, so this is more than any test writes at once
 * between two moments of the clock.
 */
const TURNS_TO_SETTLE = 40;

/** A clock that stands still until the test turns it. */
export class FakeClock implements Clock {
  #wall: number;
  #elapsed = 0;
  readonly #timers = new Set<{ readonly due: number; run: () => void }>();

  /** @param wall What the wall clock shows at first, in ms since 1970. */
  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { due: this.#elapsed + milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock, as an operator may; no timer runs by that. */
  setWallClock(milliseconds: number): void {
    this.#wall = milliseconds;
  }

  /**
   * Moves both clocks on and runs the timers that fall due, in order, each at
   * its own moment. What is pending comes to rest before each of them, and so
   * may start timers that fall due as well.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      await settle();
      const timer = this.#next();
      if (timer === undefined || timer.due > end) break;
      this.#moveTo(timer.due);
      this.#timers.delete(timer);
      timer.run();
    }
    this.#moveTo(end);
    await settle();
  }

  #next() {
    let next: { readonly due: number; run: () => void } | undefined;
    // A set keeps its order, so of two that are due together the first leads.
    for (const timer of this.#timers) {
      if (next === undefined || timer.due < next.due) next = timer;
    }
    return next;
  }

  #moveTo(elapsed: number): void {
    this.#wall += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}

/** Lets pending promises and immediates come to rest; no time passes. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn++) await oneTurn();
}

/** One turn of the event loop. */
export function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
