import type { Comparison } from "./comparison.ts";
import { Hang } from "./drain.ts";

/** How many faults of each kind there were at the start. */
const NONE = {
  "SIGKILLs": 0,
  "SIGKILLs of replays": 0,
  "broker restarts": 0,
  "cuts": 0,
  "database restarts": 0,
  "SIGKILLs on streams": 0,
  "broker restarts under streams": 0,
};

/** The faults that are counted. */
export type FaultKind = keyof typeof NONE;

/** After so many faults, a line is printed. */
const LINE_AFTER = 25;

/** What a long run has done, and what came of it. */
export class Score {
  readonly done = { ...NONE };
  #exact = 0;
  #lost = 0;
  #countedTwice = 0;
  #hangs = 0;
  #failures = 0;
  readonly #started = performance.now();

  /** Counts faults. */
  add(kind: FaultKind, number = 1): void {
    const before = this.#faults;
    this.done[kind] += number;
    if (
      Math.floor(this.#faults / LINE_AFTER) > Math.floor(before / LINE_AFTER)
    ) {
      console.log(
        `${this.#faults} faults (${this.#kinds}): ` +
          `${this.#exact} drains exact, ${this.#problems} not, ` +
          `${this.#seconds} s`,
      );
    }
  }

  /**
   * Notes how a drain came out.
   *
   * @param repeat What to do to repeat it.
   */
  compared(comparison: Comparison, repeat: string): void {
    const { lost, countedTwice, differences } = comparison;
    if (differences.length === 0) {
      this.#exact++;
      return;
    }
    this.#lost += lost;
    this.#countedTwice += countedTwice;
    this.#failures++;
    console.error(`MISMATCH in ${repeat}\n  ${differences.join("\n  ")}`);
  }

  /** Notes that a drain went wrong before it could be compared. */
  failed(error: unknown, repeat: string): void {
    if (error instanceof Hang) this.#hangs++;
    else this.#failures++;
    const text = error instanceof Error ? error.stack : String(error);
    console.error(`FAILED: ${repeat}\n${text}`);
  }

  /** Whether every drain was exact. */
  get isClean(): boolean {
    return this.#problems === 0;
  }

  /** The last line. */
  get summary(): string {
    const other = this.#failures > 0 ? `, ${this.#failures} failures` : "";
    return `${this.#kinds}: ${this.#lost} lost, ` +
      `${this.#countedTwice} counted twice, ${this.#hangs} hangs${other}, ` +
      `${this.#exact} drains exact, ${this.#seconds} s`;
  }

  get #faults(): number {
    return Object.values(this.done).reduce((sum, number) => sum + number);
  }

  get #problems(): number {
    return this.#failures + this.#hangs;
  }

  get #kinds(): string {
    return Object.entries(this.done).map(([kind, number]) =>
      `${kind} ${number}`
    ).join(", ");
  }

  get #seconds(): number {
    return Math.round((performance.now() - this.#started) / 1_000);
  }
}
