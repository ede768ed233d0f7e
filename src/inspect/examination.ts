import type { ExitCode } from "../model/errors.ts";

/** What a check has come to; a `skipped` one depends on another that failed. */
export type Verdict = "ok" | "warn" | "fail" | "skipped";

/** The outcome of a check, for people and for programs. */
export interface CheckResult {
  /** What was looked at: `port`, `queue`, … */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was found, on one line; with what to do where it fails. */
  readonly found: string;
  /** Where it fails: the code that a run would end with. */
  readonly exitCode?: ExitCode;
  /** What was found, in parts. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What a look has found that a run could live with. */
export interface Finding<T = unknown> {
  readonly found: string;
  /** Whether a person should know. Default: no. */
  readonly warn?: boolean;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** For the checks that follow. */
  readonly value?: T;
}

/** How an {@linkcode Examination} tells what it finds. */
export interface ExaminationOptions {
  /** Called after each check. */
  readonly tell: (result: CheckResult) => void;
  /** What an error comes to: the message and exit code of a run. */
  readonly judge: (
    error: unknown,
  ) => { readonly exitCode: ExitCode; readonly message: string };
}

/** What a run needs before it connects, so that it ends with their codes. */
const BEFORE_CONNECTING = ["input", "output", "ledger"];

/** Checks, one after another. */
export class Examination {
  readonly #options: ExaminationOptions;
  readonly #results: CheckResult[] = [];

  constructor(options: ExaminationOptions) {
    this.#options = options;
  }

  /** What was found so far, in order. */
  get results(): readonly CheckResult[] {
    return this.#results;
  }

  /** The failed check that a run would come to first; it ends with its code. */
  get firstFailure(): CheckResult | undefined {
    const failed = this.#results.filter(({ verdict }) => verdict === "fail");
    return failed.find(({ check }) => BEFORE_CONNECTING.includes(check)) ??
      failed[0];
  }

  /**
   * Makes a check.
   *
   * @param check Its name; several can share one.
   * @param needs Checks without which it would tell nothing.
   * @param look What it throws is a failure.
   * @returns The value that the look has found; nothing if it found none.
   */
  async check<T>(
    check: string,
    needs: readonly string[],
    look: () => Finding<T> | Promise<Finding<T>>,
  ): Promise<T | undefined> {
    const missing = needs.find((need) => this.#hasFailed(need));
    if (missing !== undefined) {
      this.#note({ check, verdict: "skipped", found: `needs ${missing}` });
      return undefined;
    }
    try {
      const { found, warn = false, facts, value } = await look();
      const verdict = warn ? "warn" : "ok";
      this.#note({ check, verdict, found, ...facts && { facts } });
      return value;
    } catch (error) {
      const { exitCode, message } = this.#options.judge(error);
      this.#note({ check, verdict: "fail", found: message, exitCode });
      return undefined;
    }
  }

  #hasFailed(name: string): boolean {
    return this.#results.some(({ check, verdict }) =>
      check === name && (verdict === "fail" || verdict === "skipped")
    );
  }

  #note(result: CheckResult): void {
    this.#results.push(result);
    this.#options.tell(result);
  }
}
