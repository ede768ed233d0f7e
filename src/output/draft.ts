import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { FileNote } from "../model/file_note.ts";
import { writeAll } from "./file_bytes.ts";
import { outputFailure } from "./output_failure.ts";
import { temporaryPath } from "./output_folder.ts";

/**
 * The next content of a file: complete and synced, but under a temporary name
 * beside it. A reader of the file sees the whole old content until
 * {@linkcode Draft.publish}, and the whole new one from then on.
 */
export class Draft {
  /** What is to be noted of the file before the draft takes its place. */
  readonly note: FileNote;
  readonly #folder: string;
  readonly #temporary: string;

  private constructor(folder: string, temporary: string, note: FileNote) {
    this.#folder = folder;
    this.#temporary = temporary;
    this.note = note;
  }

  /**
   * Writes it.
   *
   * @param shows Asked when the content is written; see `FileNote.shows`.
   * @throws {EventCounterError} 74 if the disk is full or fails, 73 if the
   * folder cannot be written. Then nothing is left of the draft.
   */
  static async write(
    folder: string,
    name: string,
    content: AsyncIterable<Uint8Array>,
    shows: () => number,
  ): Promise<Draft> {
    const temporary = temporaryPath(folder, name);
    try {
      const hash = createHash("sha256");
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for await (const chunk of content) {
        hash.update(chunk);
        await writeAll(file, chunk);
      }
      await file.sync();
      const { size, mtime } = await file.stat();
      return new Draft(folder, temporary, {
        folder: resolve(folder),
        name,
        shows: shows(),
        size,
        modified: mtime!.getTime(),
        digest: new Uint8Array(hash.digest()),
      });
    } catch (error) {
      await Deno.remove(temporary).catch(() => {/* It was never made. */});
      throw outputFailure(error, join(folder, name));
    }
  }

  /** Puts it in the file's place. The folder is to be synced afterwards. */
  async publish(): Promise<void> {
    const path = join(this.#folder, this.note.name);
    try {
      await Deno.rename(this.#temporary, path);
    } catch (error) {
      throw outputFailure(error, path);
    }
  }

  /** Removes it; harmless once it is published. */
  async discard(): Promise<void> {
    await Deno.remove(this.#temporary).catch(() => {/* It is gone. */});
  }
}
