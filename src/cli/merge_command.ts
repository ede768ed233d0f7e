import { ValidationError } from "@cliffy/command";
import { getLogger } from "@logtape/logtape";
import { MergedLedgers } from "../inspect/merged_ledgers.ts";
import { findRepeatedIds } from "../inspect/repeated_ids.ts";
import { SqliteReader } from "../ledger/sqlite/sqlite_reader.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { exportFiles, type ExportResult } from "../output/export_files.ts";
import { prepareFolder } from "../output/output_folder.ts";
import type { Format } from "./log.ts";
import type { ProcessContext } from "./process_context.ts";
import { grouped, quantity } from "../model/words.ts";
import { totalsText } from "./summary_text.ts";
import { standardOutputPage } from "./terminal.ts";

const log = getLogger(["eventcounter", "cli"]);

/** The options of `merge` as Cliffy hands them over. */
export interface MergeOptions {
  out?: string;
  format: Format;
}

/** Does what `merge` is for: adds up ledgers that share no id. */
export async function merge(
  { out, format }: MergeOptions,
  paths: readonly string[],
  { print }: ProcessContext,
): Promise<void> {
  if (out === undefined) {
    throw new ValidationError(
      'Option "--out" must be given: the folder for the JSON files.',
    );
  }
  const ledgers: SqliteReader[] = [];
  try {
    for (const path of paths) ledgers.push(SqliteReader.open(path));
    refuseRepeated(paths);
    await prepareFolder(out);
    await refuseCommonIds(ledgers);
    const result = await exportFiles(out, new MergedLedgers(ledgers));
    const events = sum([...result.types.values()], (totals) => totals.events);
    await warnOfForgotten(ledgers, events);
    print(
      format === "json"
        ? mergeSummaryJson(paths, events, result)
        : mergeSummaryText(paths, events, result),
    );
  } finally {
    for (const ledger of ledgers) await ledger.close();
  }
}

/** Whatever leads to it: `a/b.db`, `./a/b.db`, or a link. */
function refuseRepeated(paths: readonly string[]): void {
  const real = paths.map((path) => Deno.realPathSync(path));
  const repeated = paths.find((_, i) => real.indexOf(real[i]!) < i);
  if (repeated === undefined) return;
  throw new ValidationError(
    `Argument "ledger" must name each ledger once, but got "${repeated}" twice.`,
  );
}

async function refuseCommonIds(
  ledgers: readonly SqliteReader[],
): Promise<void> {
  const common = await findRepeatedIds(ledgers);
  if (common === undefined) return;
  const { size, example, places } = common;
  const holders = [...new Set(places.map(({ ledger }) => ledger))];
  throw new EventCounterError(
    EXIT.badInput,
    `Cannot merge: more than one ledger has counted ${
      quantity(size, "id")
    }, for example "${example}" in ${holders.join(" and ")}; ` +
      "merge ledgers of partitions only, or let the workers share one ledger",
  );
}

/** Each event has left an id, unless that is forgotten. */
async function warnOfForgotten(
  ledgers: readonly SqliteReader[],
  events: number,
): Promise<void> {
  const forgotten = events - sum(
    await Promise.all(ledgers.map((ledger) => ledger.idTotals())),
    ({ uuids, texts }) => uuids + texts,
  );
  if (forgotten <= 0) return;
  log.warn(
    "{forgotten} ids are forgotten (--dedupe-window): whether another ledger has one of them cannot be told",
    { forgotten },
  );
}

function sum<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((sum, value) => sum + numberOf(value), 0);
}

function mergeSummaryJson(
  ledgers: readonly string[],
  events: number,
  { types, rejected, files }: ExportResult,
): string {
  return JSON.stringify({
    ledgers,
    unique: events,
    rejected,
    types: Object.fromEntries(types),
    files,
  });
}

function mergeSummaryText(
  ledgers: readonly string[],
  events: number,
  { types, rejected, files }: ExportResult,
): string {
  return `${quantity(ledgers.length, "ledger")} added up: ` +
    `${grouped(events)} counted, ${grouped(rejected)} rejected` +
    totalsText(types, files, standardOutputPage());
}
