import type { Ledger } from "../ledger/ledger.ts";
import type { Source } from "../source/source.ts";
import type { StandardError } from "./stderr.ts";

/** What a run is made of besides the pipeline itself. */
export interface RunParts {
  readonly source: Source;
  readonly ledger: Ledger;
}

/** What a command needs of the process it runs in. */
export interface ProcessContext {
  /** The command line without the program's name. */
  readonly args: readonly string[];
  /** Where log records and progress go. */
  readonly stderr: StandardError;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Ends the process at once; only for a second signal. */
  readonly exit: (code: number) => void;
  /**
   * Replaces parts of a run. The program leaves it out; the fault tests put
   * in parts that kill the process at a chosen step.
   */
  readonly decorate?: (parts: RunParts) => RunParts;
}
