/** Time as the pipeline sees it, so that tests can turn it by hand. */
export interface Clock {
  /** Milliseconds since 1970 (UTC); may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes backwards. */
  monotonic(): number;
  /**
   * Calls `run` once after `milliseconds`.
   *
   * @returns A function that cancels the call; harmless once it has run.
   */
  after(milliseconds: number, run: () => void): () => void;
}

/** The longest delay a timer takes (2^31 - 1 ms, some 24.8 days). */
export const LONGEST_DELAY = 0x7fffffff;

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, Math.min(milliseconds, LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
};
