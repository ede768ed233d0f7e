import { getLogger } from "@logtape/logtape";
import type { Clock } from "../model/clock.ts";
import { type EventCounterError, messageOf } from "../model/errors.ts";
import { pause } from "../model/pause.ts";
import type { AmqpAddress } from "./amqp_address.ts";
import { FailureJudge, unreachable } from "./amqp_failure.ts";

/** Between attempts: 0.1 s at first, doubled up to 2 s; in ms. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 2_000;

const log = getLogger(["eventcounter", "broker"]);

/** Whom to reach, and for how long to try. */
export interface AttemptsOptions {
  readonly address: AmqpAddress;
  /** For how long, in ms, from the first attempt on. */
  readonly timeLimit: number;
  /** The option that sets the limit, for messages. */
  readonly option: string;
  readonly clock: Clock;
}

/**
 * Attempts to open something on a broker: one after another, with growing
 * pauses, until one succeeds, none can, or the time is up.
 *
 * What was opened may get lost again before it was of any use. The attempts
 * then go on where they were, so that no series of such losses lasts longer
 * than the time limit.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #judge: FailureJudge;
  readonly #end: number;
  #delay = FIRST_DELAY;
  #error: unknown = new Error("no attempt has been answered");

  /** The time starts now. */
  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#judge = new FailureJudge(options.address);
    this.#end = options.clock.monotonic() + options.timeLimit;
  }

  /**
   * Makes attempts until one succeeds.
   *
   * @param open One attempt; it gets the time that is left, in ms.
   * @param discard Gets what an attempt opens when nobody waits any more.
   * @param signal Aborted to give up.
   * @returns What was opened, or nothing if the signal was aborted before.
   * @throws {EventCounterError} 69 if the time is up; at once, what makes
   * every further attempt pointless.
   */
  async succeed<T>(
    open: (timeLeft: number) => Promise<T>,
    discard: (opened: T) => void,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const over = Promise.withResolvers<undefined>();
    // Nobody may be waiting when it comes to that.
    over.promise.catch(() => {});
    const abort = () => over.resolve(undefined);
    signal.addEventListener("abort", abort);
    const cancel = this.#options.clock.after(
      this.#timeLeft,
      () => over.reject(this.#timeIsUp()),
    );
    try {
      while (!signal.aborted) {
        const opening = open(Math.max(1, this.#timeLeft));
        const attempt = opening.then((opened) => ({ opened }));
        try {
          const result = await Promise.race([attempt, over.promise]);
          if (result !== undefined) return result.opened;
          opening.then(discard, () => {});
        } catch (error) {
          // Where it is the time that is up, the attempt still goes on.
          opening.then(discard, () => {});
          const lasting = this.#judge.lasting(error);
          if (lasting !== undefined) throw lasting;
          log.debug("cannot connect: {error}", { error: messageOf(error) });
          await this.pause(error, signal);
        }
      }
      return undefined;
    } finally {
      cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Waits until it is time for the next attempt.
   *
   * @param error What became of the last one.
   * @param signal Aborted to wait no longer.
   * @throws {EventCounterError} 69 if the time is up.
   */
  async pause(error: unknown, signal: AbortSignal): Promise<void> {
    this.#error = error;
    const isLast = this.#timeLeft <= this.#delay;
    await pause(
      this.#options.clock,
      Math.max(0, Math.min(this.#delay, this.#timeLeft)),
      signal,
    );
    if (isLast && !signal.aborted) throw this.#timeIsUp();
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY);
  }

  get #timeLeft(): number {
    return this.#end - this.#options.clock.monotonic();
  }

  #timeIsUp(): EventCounterError {
    const { address, timeLimit, option } = this.#options;
    return unreachable(this.#error, address, timeLimit, option);
  }
}
