import {
  EventCounterError,
  EXIT,
  type ExitCode,
  messageOf,
} from "../../model/errors.ts";

/**
 * What SQLite's messages mean (https://www.sqlite.org/rescode.html). Deno's
 * `node:sqlite` gives a result code with some errors only, but its text always.
 */
const CAUSES: readonly [RegExp, ExitCode, string][] = [
  [
    /database is locked|database table is locked/,
    EXIT.inUse,
    "another process is using it; wait for that one to end, or give each a ledger of its own",
  ],
  [
    /not a database|malformed|corrupt|no such (table|column|view)|no column named/,
    EXIT.badInput,
    "it is no ledger, or damaged; restore it from a copy, or give another file",
  ],
  [
    /disk is full|disk I\/O error/,
    EXIT.ioError,
    "nothing of the last batch was acknowledged, so nothing is lost; make room or repair the disk, and run again",
  ],
  [
    /unable to open|readonly|read-only|access|permission|not exist|No such/i,
    EXIT.cannotCreateOutput,
    "it cannot be made or written; check its folder and permissions, or give another file",
  ],
];

/** The error to report for whatever using a ledger file has thrown. */
export function sqliteFailure(
  error: unknown,
  path: string,
): EventCounterError {
  if (error instanceof EventCounterError) return error;
  const message = error instanceof SyntaxError
    ? `malformed JSON: ${messageOf(error)}`
    : messageOf(error);
  const [, exitCode, advice] = CAUSES.find(([cause]) => cause.test(message)) ??
    [null, EXIT.unexpected, "this should not happen, please report it"];
  return new EventCounterError(
    exitCode,
    `Cannot use ledger "${path}": ${message}; ${advice}`,
    { cause: error },
  );
}
