import { join } from "node:path";
import type { TypeTotals, UserCount } from "../model/counts.ts";
import type { Rejection } from "../model/rejection.ts";
import { countsContent, countsFile } from "./counts_file.ts";
import { Draft } from "./draft.ts";
import { FolderNotes } from "./folder_notes.ts";
import { outputFailure } from "./output_failure.ts";
import { removeAbandoned, syncFolder } from "./output_folder.ts";
import { REJECTED_FILE, rejectedContent } from "./rejected_file.ts";
import { publishAll, type Replacement } from "./replacement.ts";
import type { SnapshotResult } from "./snapshot.ts";
import { StandingFile } from "./standing_file.ts";

/** What is exported. */
export interface ExportContent {
  /** Every type with a count. */
  types(): Promise<readonly string[]>;
  /** The totals of one type, by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;
  /** All rejections, in pages. */
  rejections(): AsyncIterable<readonly Rejection[]>;
}

/** What was exported. */
export interface ExportResult extends SnapshotResult {
  /** How many rejections there are. */
  readonly rejected: number;
}

/**
 * Writes the files of a snapshot for something that is no ledger and so cannot
 * know them again: the folder keeps notes of them. What an earlier export wrote
 * is replaced, and removed where there is nothing for it any more; anything
 * else in its place is set aside.
 *
 * @throws {EventCounterError} 73 or 74 if a file cannot be written.
 */
export async function exportFiles(
  folder: string,
  content: ExportContent,
): Promise<ExportResult> {
  await removeAbandoned(folder);
  const notes = await FolderNotes.read(folder);
  const types = new Map<string, TypeTotals>();
  const replacements: Replacement[] = [];
  let rejected = 0;
  const add = async (
    name: string,
    bytes: AsyncIterable<Uint8Array>,
    shows: () => number,
  ) => {
    const standing = await StandingFile.look(folder, name, notes);
    const draft = await Draft.write(folder, name, bytes, shows);
    if (shows() > 0) replacements.push({ draft, standing });
    else await draft.discard();
  };
  try {
    for (const type of (await content.types()).toSorted()) {
      await add(
        countsFile(type),
        countsContent(content.counts(type), (sums) => types.set(type, sums)),
        () => types.get(type)!.events,
      );
    }
    await add(
      REJECTED_FILE,
      rejectedContent(content.rejections(), () => rejected++),
      () => rejected,
    );
    // As a snapshot does: both contents are known before one replaces the other.
    await notes.keep(
      replacements.flatMap(({ draft, standing }) =>
        standing?.note === undefined
          ? [draft.note]
          : [draft.note, standing.note]
      ),
    );
    await publishAll(folder, replacements);
  } finally {
    for (const { draft } of replacements) await draft.discard();
  }
  const names = replacements.map(({ draft }) => draft.note.name);
  await removeOthers(folder, names, notes);
  return { files: names.map((name) => join(folder, name)), types, rejected };
}

/** Removes what earlier exports wrote and this one did not. */
async function removeOthers(
  folder: string,
  names: readonly string[],
  notes: FolderNotes,
): Promise<void> {
  for (const name of notes.names.difference(new Set(names))) {
    const standing = await StandingFile.look(folder, name, notes);
    if (standing?.note === undefined) continue;
    const path = join(folder, name);
    await Deno.remove(path).catch((error) => {
      throw outputFailure(error, path);
    });
    await syncFolder(folder);
  }
}
