import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../model/clock.ts";
import { messageOf } from "../../model/errors.ts";

/** How long to wait for the broker's word when taking leave, in ms. */
export const CLOSE_TIMEOUT = 3_000;

const log = getLogger(["eventcounter", "source"]);

/**
 * Takes leave of a broker: waits for its word, but not for ever, since a
 * connection may have died without a sign. Where one answer is missing, no
 * other is waited for. What the broker has not seen acked it delivers again,
 * and by then its ids are known.
 */
export class GracefulClose {
  readonly #clock: Clock;
  /** Rejected once the broker can give no answer any more. */
  readonly #noAnswer = Promise.withResolvers<never>();
  #hasWarned = false;

  /** @param clock What measures the time limit. */
  constructor(clock: Clock) {
    this.#clock = clock;
    // Nobody may be waiting when it comes to that.
    this.#noAnswer.promise.catch(() => {});
  }

  /**
   * Waits for an answer.
   *
   * @param what What is asked for, for a warning: "close the channel".
   * @returns It, or nothing if there is none.
   */
  async wait<T>(
    what: string,
    answer: Promise<T> | undefined,
  ): Promise<T | undefined> {
    if (answer === undefined) return undefined;
    const cancel = this.#clock.after(
      CLOSE_TIMEOUT,
      () => this.end("no answer"),
    );
    try {
      return await Promise.race([answer, this.#noAnswer.promise]);
    } catch (error) {
      // One warning is enough: what follows is not waited for either.
      const level = this.#hasWarned ? "debug" : "warn";
      this.#hasWarned = true;
      log[level]("could not {what} in an orderly way: {error}", {
        what,
        error: messageOf(error),
      });
      return undefined;
    } finally {
      cancel();
    }
  }

  /** Nobody is there any more to answer. @param why For the warning. */
  end(why: string): void {
    this.#noAnswer.reject(new Error(why));
  }
}
