/** One content of an output file, as it was written from a ledger. */
export interface FileNote {
  /** The absolute path of the output folder. */
  readonly folder: string;
  /** The file's name in it, for example `created.json`. */
  readonly name: string;
  /**
   * How many events it shows, or up to which row rejections; there are only
   * ever more. -1: some of these rejections have been removed since.
   */
  readonly shows: number;
  /** Its length in bytes. */
  readonly size: number;
  /** When it was written, in milliseconds since 1970 (UTC). */
  readonly modified: number;
  /** SHA-256 of the content; empty for a file that grows at its end. */
  readonly digest: Uint8Array<ArrayBuffer>;
}

/** What a ledger knows of the files that were written from it. */
export interface FileNotes {
  /**
   * What files of this name may contain, in whichever folder: what was written
   * last and, where a crash may have come between, what stood there before.
   */
  find(name: string): Promise<readonly FileNote[]>;

  /**
   * Replaces, in one step, all that is known of the files that these notes are
   * about; several of them can be about one file. Durable when it settles, if
   * the ledger is.
   */
  keep(notes: readonly FileNote[]): Promise<void>;
}
