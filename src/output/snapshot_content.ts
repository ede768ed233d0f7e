import type { TypeTotals, UserCount } from "../model/counts.ts";
import type { FileNotes } from "../model/file_note.ts";
import type { StoredRejection } from "../model/rejection.ts";

/** What a snapshot shows; a ledger has all of it. */
export interface SnapshotContent {
  /** Every type with a count. */
  types(): Promise<string[]>;
  /** What the counts of one type add up to. */
  totals(type: string): Promise<TypeTotals>;
  /** The totals of one type, by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;
  /** Rejections in order, those behind a row, in pages. */
  rejections(after?: number): AsyncIterable<readonly StoredRejection[]>;
  /** What is known of the files that were written from it. */
  readonly files: FileNotes;
}
