import process from "node:process";

/** What a drain came to. */
export interface Drain {
  /** From the first delivery to the last one durable or acked, in ms. */
  readonly milliseconds: number;
  /** CPU time of the client meanwhile, in µs; of all its processes. */
  readonly cpu: number;
  /** Different messages received. */
  readonly received: number;
}

/** Measures from the first delivery on: connecting does not count. */
export class Stopwatch {
  #started: number | undefined;
  #cpuBefore = process.cpuUsage();

  /** Starts at the first call; further ones do nothing. */
  start(): void {
    if (this.#started !== undefined) return;
    this.#started = performance.now();
    this.#cpuBefore = process.cpuUsage();
  }

  /** What has passed since the start. */
  read(): Omit<Drain, "received"> {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return {
      milliseconds: performance.now() - (this.#started ?? NaN),
      cpu: user + system,
    };
  }
}
