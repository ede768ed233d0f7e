import { getLogger } from "@logtape/logtape";
import type { Clock } from "../model/clock.ts";
import { messageOf } from "../model/errors.ts";

const log = getLogger(["eventcounter", "pipeline"]);

/** Times as long as a snapshot took, the next one waits: under 1 % of a run. */
const PATIENCE = 100;

/** What {@linkcode InterimSnapshots} works with. */
export interface InterimSnapshotsOptions {
  /** Writes the files that have changed. */
  readonly write: () => Promise<unknown>;
  /** How long changes may wait for the files, in ms; 0 means for the end. */
  readonly interval: number;
  readonly clock: Clock;
  /** Called when it is time for a snapshot. */
  readonly wake: () => void;
}

/** Has the files follow the ledger while a run goes on. */
export class InterimSnapshots {
  readonly #options: InterimSnapshotsOptions;
  /** How long the next one waits. */
  #wait: number;
  /** Commits that the files show, or will when the timer has run. */
  #commits = 0;
  #isDue = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: InterimSnapshotsOptions) {
    this.#options = options;
    this.#wait = options.interval;
  }

  /** Whether it is time for a snapshot; to be taken between two checkpoints. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Tells how many commits there have been; what is new is to be shown. */
  follow(commits: number): void {
    if (commits === this.#commits) return;
    this.#commits = commits;
    this.#startTimer();
  }

  /**
   * Writes the files if it is time to. What fails is tried again later: the
   * ledger has everything, and the run's last snapshot tells if it still fails.
   */
  async writeIfDue(): Promise<void> {
    if (!this.#isDue) return;
    this.#isDue = false;
    const { write, interval, clock } = this.#options;
    const started = clock.monotonic();
    let hasFailed = false;
    try {
      await write();
    } catch (error) {
      hasFailed = true;
      log.warn("the files are not up to date, they are tried again: {error}", {
        error: messageOf(error),
      });
    }
    this.#wait = Math.max(interval, PATIENCE * (clock.monotonic() - started));
    if (hasFailed) this.#startTimer();
  }

  /** Nothing becomes due any more. */
  end(): void {
    this.#cancelTimer?.();
    this.#isDue = false;
  }

  #startTimer(): void {
    const isPending = this.#isDue || this.#cancelTimer !== undefined;
    if (this.#options.interval === 0 || isPending) return;
    this.#cancelTimer = this.#options.clock.after(this.#wait, () => {
      this.#cancelTimer = undefined;
      this.#isDue = true;
      this.#options.wake();
    });
  }
}
