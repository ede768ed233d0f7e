import type { CheckResult, Examination } from "../doctor/examination.ts";
import { quantity } from "../doctor/words.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { checkPlaces, type PlaceOptions } from "./count_options.ts";
import { examine, type Examined } from "./examine.ts";
import { configureLog } from "./log.ts";
import type { ProcessContext } from "./process_context.ts";
import { StandardError } from "./stderr.ts";

/** What is told besides the checks if none of them fails. */
export interface Plan {
  /** For people, line by line. */
  readonly text: readonly string[];
  /** For programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Does what `doctor` is for: checks whether a run could do its work.
 *
 * @param makePlan Says what such a run would do. Default: nothing is said.
 */
export async function doctor(
  options: PlaceOptions,
  { args, print }: ProcessContext,
  makePlan?: (examined: Examined) => Promise<Plan>,
): Promise<void> {
  checkPlaces(options);
  const { format, logLevel, logFormat } = options;
  await configureLog(logLevel, logFormat, new StandardError());
  const tell = (result: CheckResult) => {
    if (format === "text") print(checkLine(result));
  };
  await examine(options, args, tell, async (examined) => {
    const { examination } = examined;
    const plan = examination.firstFailure === undefined
      ? await makePlan?.(examined)
      : undefined;
    if (format === "json") print(reportJson(examination, plan));
    else if (plan !== undefined) print(["", ...plan.text].join("\n"));
    refuse(examination);
  });
}

const WORDS: Readonly<Record<CheckResult["verdict"], string>> = {
  ok: "ok",
  warn: "warn",
  fail: "fail",
  skipped: "skip",
};

/** Before what was found; the longest name of a check is `virtual host`. */
const HEAD_WIDTH = 20;

/** A result on one line; on a terminal, what is too long goes on below itself. */
function checkLine({ verdict, check, found }: CheckResult): string {
  const head = `${WORDS[verdict].padEnd(6)}${check}`.padEnd(HEAD_WIDTH);
  return head + wrapped(found, stdoutColumns() - HEAD_WIDTH)
    .join(`\n${" ".repeat(HEAD_WIDTH)}`);
}

/** A text in lines of at most so many characters, as far as its words allow. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word);
    } else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
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

function reportJson(
  { results, firstFailure }: Examination,
  plan: Plan | undefined,
): string {
  return JSON.stringify({
    ok: firstFailure === undefined,
    exitCode: firstFailure?.exitCode ?? EXIT.done,
    checks: results,
    ...plan && { plan: plan.facts },
  });
}

/** @throws {EventCounterError} With the code that a run would end with. */
function refuse({ results, firstFailure }: Examination): void {
  if (firstFailure === undefined) return;
  const failed = results.filter(({ verdict }) => verdict === "fail").length;
  throw new EventCounterError(
    firstFailure.exitCode!,
    `${quantity(failed, "check")} failed, first "${firstFailure.check}": ` +
      "what to do stands in its line, and a run would end with this code",
  );
}
