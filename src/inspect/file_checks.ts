import { join } from "node:path";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { addSorted, type SortedCounts } from "../ledger/sorted_counts.ts";
import type { UserCount } from "../model/counts.ts";
import type { FileNotes } from "../model/file_note.ts";
import { writeRejectionLine } from "../model/ndjson_line.ts";
import { countsFile } from "../output/counts_file.ts";
import { REJECTED_FILE } from "../output/rejected_file.ts";
import { StandingFile } from "../output/standing_file.ts";
import type { Finding } from "./examination.ts";
import { Faults } from "./faults.ts";
import { countsIn, linesOf } from "./file_lines.ts";
import { quantity } from "../model/words.ts";

/** What is known before the files are looked at. */
export interface FileCircumstances {
  /** Whether a worker goes on with ledger and files. */
  readonly isInUse: boolean;
  /** Whether the counts in the ledger are known to be right. */
  readonly isSound: boolean;
  /**
   * Of which moment the ledger is, in milliseconds since 1970 (UTC): a file that
   * was written since shows another one.
   */
  readonly at: number;
}

const ADVICE = "the next run writes the files anew; if the ledger is what " +
  "is wrong, restore it from a copy";

/**
 * Holds the files of a folder against the ledger. Files that lag behind, as
 * they do while a run goes on, are no fault; what differs otherwise is named.
 *
 * @throws {EventCounterError} 65 if they differ.
 */
export async function sameFiles(
  ledger: LedgerReader,
  folder: string,
  { isInUse, isSound, at }: FileCircumstances,
): Promise<Finding> {
  const faults = new Faults();
  const lagging: string[] = [];
  const notes = await notesOf(ledger);
  let files = 0;
  let isWrittenSince = false;
  const isBusy = (standing: StandingFile | undefined) => {
    const isNewer = standing !== undefined && standing.modified > at &&
      standing.modified <= Date.now();
    isWrittenSince ||= isNewer;
    return isNewer || isInUse;
  };
  const types = await ledger.types();
  for (const type of types) {
    const name = countsFile(type);
    const { events } = await ledger.totals(type);
    const standing = await StandingFile.look(folder, name, notes);
    if (standing !== undefined) files++;
    const shows = standing?.note?.shows ?? 0;
    const isBehind = shows < events && isSound &&
      (standing === undefined || standing.note !== undefined);
    if (isBehind || isBusy(standing)) {
      if (shows !== events) lagging.push(name);
      continue;
    }
    if (standing === undefined) {
      lagging.push(name);
      continue;
    }
    const path = join(folder, name);
    if (standing.note === undefined) {
      faults.add(`${path} was not written from this ledger as it is`);
    }
    await addDifferences(
      faults,
      ledger.counts(type),
      countsIn(path, ADVICE),
      name,
    );
  }
  for (const name of await strangers(folder, types, notes)) {
    faults.add(`${name} shows events of a type that the ledger does not have`);
  }
  const file = await StandingFile.look(folder, REJECTED_FILE, notes);
  const rejections = await compareRejections(
    ledger,
    folder,
    faults,
    isBusy(file) || isOutdated(file),
  );
  if (rejections.isThere) files++;
  if (rejections.lags) lagging.push(REJECTED_FILE);
  faults.tell(ADVICE);
  return {
    found: files === 0 && lagging.length === 0
      ? `none in ${folder}, and nothing for them`
      : `${quantity(files, "file")} in ${folder}, equal to the ledger` +
        (lagging.length === 0
          ? ""
          : ` but for ${lagging.join(", ")}, which ${
            isInUse
              ? "may lag behind the run that goes on"
              : isWrittenSince
              ? "a run has written meanwhile"
              : "a run would write"
          }`),
    warn: lagging.length > 0 && !isInUse && !isWrittenSince,
    facts: { files, lagging },
  };
}

/**
 * Names the users whose counts differ from those in a file.
 *
 * @param name The file, for messages.
 */
export async function addDifferences(
  faults: Faults,
  counts: SortedCounts,
  inFile: SortedCounts,
  name: string,
): Promise<void> {
  for await (const page of addSorted([counts, negated(inFile)])) {
    for (const [user, more] of page) {
      if (more === 0) continue;
      faults.add(
        `user "${user}" has ${Math.abs(more)} ${
          more > 0 ? "more" : "less"
        } in the ledger than in ${name}`,
      );
    }
  }
}

async function* negated(
  counts: SortedCounts,
): AsyncGenerator<readonly UserCount[], void, void> {
  for await (const page of counts) {
    yield page.map(([user, count]) => [user, -count] as const);
  }
}

/** Files that show counts, as the ledger has noted, of types that it lacks. */
async function strangers(
  folder: string,
  types: readonly string[],
  notes: KnownNotes,
): Promise<string[]> {
  const names = notes.names.difference(
    new Set([...types.map(countsFile), REJECTED_FILE]),
  );
  const found: string[] = [];
  for (const name of names) {
    const standing = await StandingFile.look(folder, name, notes);
    if (standing?.note !== undefined) found.push(name);
  }
  return found;
}

interface KnownNotes extends Pick<FileNotes, "find"> {
  readonly names: ReadonlySet<string>;
}

async function notesOf(ledger: LedgerReader): Promise<KnownNotes> {
  const notes = await ledger.files();
  return {
    names: new Set(notes.map(({ name }) => name)),
    find: (name) => Promise.resolve(notes.filter((note) => note.name === name)),
  };
}

/** Whether it shows rejections that somebody has removed since. */
function isOutdated(file: StandingFile | undefined): boolean {
  return file?.note !== undefined && file.note.shows < 0;
}

/** A file that shows only the first of them lags behind. */
async function compareRejections(
  ledger: LedgerReader,
  folder: string,
  faults: Faults,
  mayLag: boolean,
): Promise<{ isThere: boolean; lags: boolean }> {
  const path = join(folder, REJECTED_FILE);
  const isThere = await Deno.stat(path).then(
    () => true,
    (error) => !(error instanceof Deno.errors.NotFound),
  );
  const lines = isThere ? each(linesOf(path)) : each([]);
  for await (const page of ledger.rejections()) {
    for (const rejection of page) {
      const { done, value: line } = await lines.next();
      if (done === true) return { isThere, lags: true };
      if (`${line}\n` === writeRejectionLine(rejection)) continue;
      if (!mayLag) {
        faults.add(
          `${path} does not have rejection ${rejection.row} in its place`,
        );
      }
      return { isThere, lags: mayLag };
    }
  }
  const isLonger = (await lines.next()).done !== true;
  if (isLonger && !mayLag) {
    faults.add(`${path} has lines that are no rejection of the ledger`);
  }
  return { isThere, lags: isLonger };
}

async function* each<T>(
  pages: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
): AsyncGenerator<T, void, void> {
  for await (const page of pages) yield* page;
}
