import { Buffer } from "node:buffer";
import { join, resolve } from "node:path";
import type { FileNote, FileNotes } from "../model/file_note.ts";
import { Draft } from "./draft.ts";
import { outputFailure } from "./output_failure.ts";
import { syncFolder } from "./output_folder.ts";

/** Name of the file in the folder; it is none that `*.json` means. */
const NOTES_FILE = ".eventcounter-merge";

/** Knows the files that were exported to a folder, by a file in it. */
export class FolderNotes implements FileNotes {
  readonly #folder: string;
  #notes: readonly FileNote[];

  private constructor(folder: string, notes: readonly FileNote[]) {
    this.#folder = folder;
    this.#notes = notes;
  }

  /**
   * Reads them. Without that file, or with a damaged one, none is known.
   *
   * @throws {EventCounterError} 73 or 74 if the file is there, but cannot be
   * read.
   */
  static async read(folder: string): Promise<FolderNotes> {
    const path = join(folder, NOTES_FILE);
    try {
      return new FolderNotes(folder, notesIn(await Deno.readTextFile(path)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw outputFailure(error, path);
      }
      return new FolderNotes(folder, []);
    }
  }

  /** The names of the files that are known. */
  get names(): ReadonlySet<string> {
    return new Set(this.#notes.map(({ name }) => name));
  }

  find(name: string): Promise<readonly FileNote[]> {
    return Promise.resolve(this.#notes.filter((note) => note.name === name));
  }

  async keep(notes: readonly FileNote[]): Promise<void> {
    const others = this.#notes.filter(({ name }) =>
      !notes.some((note) => note.name === name)
    );
    this.#notes = [...others, ...notes].map((note) => ({
      ...note,
      folder: resolve(this.#folder),
    }));
    const text = JSON.stringify(this.#notes, encodeDigest, 2) + "\n";
    const draft = await Draft.write(
      this.#folder,
      NOTES_FILE,
      ReadableStream.from([new TextEncoder().encode(text)]),
      () => 0,
    );
    await draft.publish();
    await syncFolder(this.#folder);
  }
}

function notesIn(text: string): readonly FileNote[] {
  try {
    const notes = JSON.parse(text, decodeDigest);
    return Array.isArray(notes) && notes.every(isNote) ? notes : [];
  } catch {
    return [];
  }
}

function isNote(note: Partial<FileNote> | null): boolean {
  return typeof note?.name === "string" && note.digest instanceof Uint8Array;
}

function encodeDigest(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value).toString("hex")
    : value;
}

function decodeDigest(key: string, value: unknown): unknown {
  return key === "digest" ? Buffer.from(value as string, "hex") : value;
}
