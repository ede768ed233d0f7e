import { ensureDir } from "@std/fs";
import { dirname, join } from "node:path";
import { systemClock } from "../model/clock.ts";
import { outputFailure } from "../output/output_failure.ts";
import { replaceTextFile } from "../output/text_file.ts";
import { gatherFacts } from "../report/report_facts.ts";
import { type PageOptions, reportPage } from "../report/report_page.ts";
import { type LedgerPlace, openLedgerReader } from "./open_ledger_reader.ts";
import type { ProcessContext } from "./process_context.ts";
import { writeOutput } from "./standard_output.ts";

/** The options of `report` as Cliffy hands them over. */
export interface ReportOptions extends LedgerPlace {
  to?: string;
}

/** Does what `report` is for: shows a ledger as a page for browsers. */
export async function report(
  { to, ...place }: ReportOptions,
  { print }: ProcessContext,
): Promise<void> {
  const page = await makeReport(place);
  if (to === "-") return await writeOutput(one(page));
  const path = to ?? join(place.out, "report.html");
  const folder = dirname(path);
  try {
    await ensureDir(folder);
  } catch (error) {
    throw outputFailure(error, folder, "--to");
  }
  await replaceTextFile(path, page, {
    content: "a page",
    beginning: "<!doctype html>",
    option: "--to",
  });
  print(path);
}

/**
 * Makes the report of a ledger, also while a run goes on.
 *
 * @throws {EventCounterError} What opening and reading the ledger throws.
 */
export async function makeReport(
  place: LedgerPlace,
  options?: PageOptions,
): Promise<string> {
  await using ledger = await openLedgerReader(place);
  return reportPage(await gatherFacts(ledger, systemClock.now()), options);
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}
