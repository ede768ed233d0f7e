import type { Clock } from "../model/clock.ts";

/**
 * Looks at an empty source before it is believed. One is not enough: a quorum
 * queue counts messages as gone that it is still reading from its log, to send
 * them to this consumer.
 */
const LOOKS = 3;

/** Time between two looks, in ms. */
const INTERVAL = 200;

/** Finds out whether a source is empty, with `untilEmpty`. */
export class EmptyQueueProbe {
  readonly #isEmpty: () => Promise<boolean>;
  readonly #wake: () => void;
  readonly #clock: Clock;
  #looks = 0;
  /** Set while the next look has to wait. */
  #cancel: (() => void) | undefined;

  /**
   * @param isEmpty Looks once.
   * @param wake Called when it is time for the next look.
   */
  constructor(
    isEmpty: () => Promise<boolean>,
    wake: () => void,
    clock: Clock,
  ) {
    this.#isEmpty = isEmpty;
    this.#wake = wake;
    this.#clock = clock;
  }

  /** Looks, if it is time to. @returns Whether it is empty for sure. */
  async look(): Promise<boolean> {
    if (this.#cancel !== undefined) return false;
    this.#looks = await this.#isEmpty() ? this.#looks + 1 : 0;
    if (this.#looks === LOOKS) return true;
    this.#cancel = this.#clock.after(INTERVAL, () => {
      this.#cancel = undefined;
      this.#wake();
    });
    return false;
  }

  /** Something came: the looks so far do not count. */
  deny(): void {
    this.#looks = 0;
  }

  /** Ends the waiting. */
  stop(): void {
    this.#cancel?.();
  }
}
