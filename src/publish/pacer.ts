import type { Clock } from "../model/clock.ts";
import { pause } from "../model/pause.ts";

/**
 * How much lost time is made up for, in ms. A timer that comes late must not
 * lower the rate, but a broker that stood still must not be flooded afterwards.
 */
const CATCH_UP = 100;

/** Spaces messages evenly in time. */
export class Pacer {
  readonly #interval: number;
  readonly #clock: Clock;
  #due: number | undefined;

  /** @param rate Messages per second, more than 0. */
  constructor(rate: number, clock: Clock) {
    this.#interval = 1_000 / rate;
    this.#clock = clock;
  }

  /**
   * Asks for the next message's turn. The first has it at once.
   *
   * @param signal Aborted to end waiting early.
   * @returns Nothing if it may be sent now, else a promise for its moment.
   */
  turn(signal: AbortSignal): Promise<void> | undefined {
    const now = this.#clock.monotonic();
    const due = Math.max(this.#due ?? now, now - CATCH_UP);
    this.#due = due + this.#interval;
    return due > now ? pause(this.#clock, due - now, signal) : undefined;
  }
}
