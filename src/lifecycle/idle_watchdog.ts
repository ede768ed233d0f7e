import type { Clock } from "../model/clock.ts";

/**
 * Ends a run by an {@linkcode AbortSignal} when nothing has happened for the
 * idle time.
 *
 * It runs only while the pipeline waits for a delivery with everything else
 * processed, so neither backpressure, nor a slow consumer, nor a run of
 * duplicates, nor a broken connection is ever taken for silence.
 */
export class IdleWatchdog {
  readonly #controller = new AbortController();
  readonly #idleMilliseconds: number;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  /**
   * @param idleMilliseconds How long silence may last; 0 means for ever.
   * @param clock What measures it.
   */
  constructor(idleMilliseconds: number, clock: Clock) {
    this.#idleMilliseconds = idleMilliseconds;
    this.#clock = clock;
  }

  /** Aborted when the idle time has passed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Everything received has been processed and the source is listening. The
   * idle time starts, unless it is running already.
   */
  quiet(): void {
    if (this.#idleMilliseconds === 0 || this.#cancel !== undefined) return;
    this.#cancel = this.#clock.after(
      this.#idleMilliseconds,
      () => this.#controller.abort(),
    );
  }

  /** There is something to do, or nobody is listening: the time stops. */
  busy(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
