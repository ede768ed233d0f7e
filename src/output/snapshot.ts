import { join } from "node:path";
import type { TypeTotals } from "../model/counts.ts";
import type { FileNote } from "../model/file_note.ts";
import { countsContent, countsFile, isCountsFile } from "./counts_file.ts";
import { Draft } from "./draft.ts";
import { prepareFolder, removeAbandoned, syncFolder } from "./output_folder.ts";
import { REJECTED_FILE, updateRejectedFile } from "./rejected_file.ts";
import { publishAll, type Replacement } from "./replacement.ts";
import type { SnapshotContent } from "./snapshot_content.ts";
import { StandingFile } from "./standing_file.ts";

/** What a snapshot wrote, or found to be right already. */
export interface SnapshotResult {
  /** The paths of all files that hold the ledger's content now. */
  readonly files: readonly string[];
  /** Totals per type, sorted by type. */
  readonly types: ReadonlyMap<string, TypeTotals>;
}

/**
 * The JSON files of one output folder: a projection of the ledger, made anew
 * at the end of every run, so files that a crash left behind are repaired.
 *
 * The ledger knows what it wrote. What it did not write is never overwritten:
 * it is set aside under another name.
 */
export class Snapshot {
  readonly #folder: string;
  readonly #types: ReadonlySet<string>;
  #isSwept = false;

  /**
   * Touches nothing yet.
   *
   * @param folder The output folder.
   * @param types Types whose file is set aside when they have no count.
   */
  constructor(folder: string, types: Iterable<string>) {
    this.#folder = folder;
    this.#types = new Set(types);
  }

  /**
   * Makes sure, before anything is consumed, that the folder is there, on disk,
   * and can be written.
   *
   * @throws {EventCounterError} 73 if it cannot be made or written, 74 if its
   * disk is full or fails.
   */
  async prepare(): Promise<void> {
    await prepareFolder(this.#folder);
  }

  /**
   * Writes the files that differ from the ledger. What has not changed since
   * it was written is not read either; the first time, what a killed run has
   * left half written is removed.
   *
   * @throws {EventCounterError} 73 or 74 if a file cannot be written.
   */
  async write(ledger: SnapshotContent): Promise<SnapshotResult> {
    if (!this.#isSwept) await removeAbandoned(this.#folder);
    this.#isSwept = true;
    const types = await this.#writeCounts(ledger);
    const files = [...types.keys()].map(countsFile);
    if (await updateRejectedFile(this.#folder, ledger)) {
      files.push(REJECTED_FILE);
    }
    return { files: files.map((name) => join(this.#folder, name)), types };
  }

  async #writeCounts(
    ledger: SnapshotContent,
  ): Promise<ReadonlyMap<string, TypeTotals>> {
    const types = new Map<string, TypeTotals>();
    const replacements: Replacement[] = [];
    const notes: FileNote[] = [];
    try {
      for (const type of (await ledger.types()).sort()) {
        types.set(type, await ledger.totals(type));
        const standing = await this.#look(type, ledger);
        // Counts only grow, so the same sum is the same content.
        if (standing?.note?.shows === types.get(type)!.events) {
          if (!standing.isNoted) notes.push(standing.note);
          continue;
        }
        const draft = await this.#draft(type, ledger, types);
        replacements.push({ draft, standing });
        notes.push(draft.note);
        if (standing?.note !== undefined) notes.push(standing.note);
      }
      // Both contents are noted before one takes the other's place: whichever
      // of them a crash leaves, it is known.
      if (notes.length > 0) await ledger.files.keep(notes);
      await publishAll(this.#folder, replacements);
    } finally {
      for (const { draft } of replacements) await draft.discard();
    }
    for (const type of this.#types) {
      if (!types.has(type)) await this.#setAsideStale(type, ledger);
    }
    return types;
  }

  async #look(
    type: string,
    { files }: SnapshotContent,
  ): Promise<StandingFile | undefined> {
    return await StandingFile.look(this.#folder, countsFile(type), files);
  }

  async #draft(
    type: string,
    ledger: SnapshotContent,
    types: Map<string, TypeTotals>,
  ): Promise<Draft> {
    return await Draft.write(
      this.#folder,
      countsFile(type),
      countsContent(ledger.counts(type), (sums) => types.set(type, sums)),
      () => types.get(type)!.events,
    );
  }

  /**
   * The counts of another ledger would stand beside the new ones as if they
   * were true. A file that is no such counts is left alone.
   */
  async #setAsideStale(type: string, ledger: SnapshotContent): Promise<void> {
    const standing = await this.#look(type, ledger);
    if (standing?.isFile !== true) return;
    if (!await isCountsFile(this.#folder, countsFile(type))) return;
    await standing.setAside();
    await syncFolder(this.#folder);
  }
}
