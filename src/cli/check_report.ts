import type { CheckResult, Examination } from "../inspect/examination.ts";
import { quantity } from "../model/words.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { printable, wrapped } from "./terminal.ts";

const WORDS: Readonly<Record<CheckResult["verdict"], string>> = {
  ok: "ok",
  warn: "warn",
  fail: "fail",
  skipped: "skip",
};

/** Before what was found; the longest name of a check is `virtual host`. */
const HEAD_WIDTH = 20;

/** A result on one line; on a terminal, what is too long goes on below itself. */
export function checkLine({ verdict, check, found }: CheckResult): string {
  const head = `${WORDS[verdict].padEnd(6)}${check}`;
  return hung(head, HEAD_WIDTH, printable(found));
}

/** What stands before each step of a plan. */
const STEP_WIDTH = 10;

/** A step of a plan in the same way. */
export function stepLine([verb, what]: readonly [string, string]): string {
  return hung(`  ${verb}`, STEP_WIDTH, what);
}

/** A text behind a head of a width. */
function hung(head: string, width: number, text: string): string {
  return head.padEnd(width) +
    wrapped(text, stdoutColumns() - width).join(`\n${" ".repeat(width)}`);
}

/** Other programs, and terminals that are too narrow, get whole lines. */
function stdoutColumns(): number {
  if (!Deno.stdout.isTerminal()) return Infinity;
  try {
    const { columns } = Deno.consoleSize();
    return columns < 3 * HEAD_WIDTH ? Infinity : columns;
  } catch {
    return Infinity;
  }
}

/** All results as one JSON object on one line. */
export function checksJson(
  { results, firstFailure }: Examination,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    ok: firstFailure === undefined,
    exitCode: firstFailure?.exitCode ?? EXIT.done,
    checks: results,
    ...more,
  });
}

/**
 * Ends a command whose checks have failed.
 *
 * @param more What to say besides that they have.
 * @throws {EventCounterError} With the code of the first one.
 */
export function refuseFailed(
  { results, firstFailure }: Examination,
  more: string,
): void {
  if (firstFailure === undefined) return;
  const failed = results.filter(({ verdict }) => verdict === "fail").length;
  throw new EventCounterError(
    firstFailure.exitCode!,
    `${
      quantity(failed, "check")
    } failed, first "${firstFailure.check}": ${more}`,
  );
}
