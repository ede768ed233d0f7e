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
  readonly #isQuiet: () => Promise<boolean>;
  /** Grows with every interruption, so that a late answer does not count. */
  #interruptions = 0;
  /** When the idle time started, while there is one. */
  #since: number | undefined;
  #cancel: (() => void) | undefined;

  /**
   * @param idleMilliseconds How long silence may last; 0 means for ever.
   * @param clock What measures it.
   * @param isQuiet Asked when the idle time has passed: whether the silence is
   * that of somebody who is there. Default: it is.
   */
  constructor(
    idleMilliseconds: number,
    clock: Clock,
    isQuiet: () => Promise<boolean> = () => Promise.resolve(true),
  ) {
    this.#idleMilliseconds = idleMilliseconds;
    this.#clock = clock;
    this.#isQuiet = isQuiet;
  }

  /** Aborted when the idle time has passed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How long silence has to go on, in ms, while it is one. */
  get timeLeft(): number | undefined {
    if (this.#since === undefined) return undefined;
    const passed = this.#clock.monotonic() - this.#since;
    return Math.max(0, this.#idleMilliseconds - passed);
  }

  /**
   * Everything received has been processed and the source is listening. The
   * idle time starts, unless it has started already.
   */
  quiet(): void {
    if (this.#idleMilliseconds === 0 || this.#cancel !== undefined) return;
    this.#since ??= this.#clock.monotonic();
    const passed = this.#clock.monotonic() - this.#since;
    this.#cancel = this.#clock.after(
      Math.max(0, this.#idleMilliseconds - passed),
      () => this.#confirm(),
    );
  }

  /** A connection that has died without a sign is as silent as an empty queue. */
  async #confirm(): Promise<void> {
    const interruptions = this.#interruptions;
    const isQuiet = await this.#isQuiet();
    // Then somebody else has decided meanwhile.
    if (interruptions !== this.#interruptions) return;
    if (isQuiet) return this.#controller.abort();
    this.busy();
    this.quiet();
  }

  /**
   * Nobody can look for deliveries for a moment. The idle time goes on, but
   * ends only once {@linkcode quiet} has said that still none is there.
   */
  pause(): void {
    this.#interruptions++;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** There is something to do, or nobody is listening: no idle time runs. */
  busy(): void {
    this.pause();
    this.#since = undefined;
  }
}
