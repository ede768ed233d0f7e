import { IdleWatchdog } from "../lifecycle/idle_watchdog.ts";
import type { Clock } from "../model/clock.ts";
import type { Source } from "../source/source.ts";
import { EmptyQueueProbe } from "./empty_queue_probe.ts";
import type { StopReason } from "./run_result.ts";

/** What {@linkcode StopConditions} watches. */
export interface StopConditionsOptions {
  readonly source: Source;
  /** Aborted when the run is told to stop. */
  readonly signal: AbortSignal;
  /** Silence that ends the run, in ms; 0 means it never ends. */
  readonly idle: number;
  /** Whether to stop as soon as the source is empty. */
  readonly untilEmpty: boolean;
  /** Deliveries after which to stop; `Infinity` means any number. */
  readonly limit: number;
  readonly clock: Clock;
  /** Called when there may be a reason. */
  readonly wake: () => void;
}

/** Knows the reasons to stop a run that goes well. */
export class StopConditions {
  /** Whether the run is told to; asking the signal each time takes longer. */
  isTold: boolean;
  /** Deliveries that may still be taken. */
  left: number;
  readonly #source: Source;
  readonly #watchdog: IdleWatchdog;
  readonly #probe: EmptyQueueProbe | undefined;
  /** Ends the look that is under way. */
  #endLook = () => {};
  readonly #unlisten: () => void;

  constructor(
    { source, signal, idle, untilEmpty, limit, clock, wake }:
      StopConditionsOptions,
  ) {
    this.isTold = signal.aborted;
    this.left = limit;
    this.#source = source;
    this.#watchdog = new IdleWatchdog(idle, clock, () => source.isQuiet());
    if (untilEmpty) {
      this.#probe = new EmptyQueueProbe(() => source.isEmpty(), wake, clock);
    }
    const told = () => {
      this.isTold = true;
      wake();
    };
    signal.addEventListener("abort", told);
    this.#watchdog.signal.addEventListener("abort", () => {
      this.#endLook();
      wake();
    });
    this.#unlisten = () => signal.removeEventListener("abort", told);
  }

  /** Whether the idle time has passed. */
  get isIdle(): boolean {
    return this.#watchdog.signal.aborted;
  }

  /** See `IdleWatchdog.timeLeft`. */
  get idleTimeLeft(): number | undefined {
    return this.#watchdog.timeLeft;
  }

  /** Something has come, or is not processed yet. */
  busy(): void {
    this.#watchdog.busy();
    this.#probe?.deny();
  }

  /** See `IdleWatchdog.pause`. */
  pause(): void {
    this.#watchdog.pause();
  }

  /**
   * Everything received has been processed, and nothing waits.
   *
   * @returns The reason to stop now, if there is one; else the idle time runs,
   * unless nobody is listening.
   */
  async quiet(): Promise<StopReason | undefined> {
    if (this.#source.ended) return this.#source.endsAs ?? "end-of-input";
    if (!this.#source.attached) this.#watchdog.busy();
    else this.#watchdog.quiet();
    return await this.#looksEmpty() ? "empty" : undefined;
  }

  /** Where silence ends the run, its source need not be asked any more. */
  async #looksEmpty(): Promise<boolean> {
    if (this.#probe === undefined || !this.#source.attached) return false;
    if (this.isIdle) return false;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#endLook = () => resolve(false);
    this.#probe.look().then(resolve, reject);
    return await promise;
  }

  /** Ends the watching. */
  end(): void {
    this.#unlisten();
    this.#probe?.stop();
    this.#watchdog.busy();
  }
}
