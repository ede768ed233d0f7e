import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { FileNote, FileNotes } from "../model/file_note.ts";
import { outputFailure } from "./output_failure.ts";

const log = getLogger(["eventcounter", "output"]);

/** What stands in the place of an output file, whoever has put it there. */
export class StandingFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #info: Deno.FileInfo;
  /**
   * What the ledger knows of it. Nothing if it did not write it, or not with
   * this content.
   */
  readonly note: FileNote | undefined;
  /** Whether the ledger would know it at a glance, without reading it. */
  readonly isNoted: boolean;

  private constructor(
    folder: string,
    name: string,
    info: Deno.FileInfo,
    note: FileNote | undefined,
    isNoted: boolean,
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#info = info;
    this.note = note;
    this.isNoted = isNoted;
  }

  /**
   * Looks at it, and reads it only if its length is right but its time is not
   * (of a copy, say).
   *
   * @returns Nothing if there is nothing.
   */
  static async look(
    folder: string,
    name: string,
    notes: Pick<FileNotes, "find">,
  ): Promise<StandingFile | undefined> {
    const path = join(folder, name);
    try {
      const info = await Deno.lstat(path);
      if (!info.isFile) {
        return new StandingFile(folder, name, info, undefined, false);
      }
      const modified = info.mtime!.getTime();
      const alike = (await notes.find(name))
        .filter(({ size }) => size === info.size)
        .map((note) => ({ ...note, folder: resolve(folder) }));
      const noted = alike.find((note) => note.modified === modified);
      if (noted !== undefined) {
        return new StandingFile(folder, name, info, noted, true);
      }
      const isReadable = alike.some(({ digest }) => digest.length > 0);
      const digest = isReadable ? await digestOf(path) : undefined;
      const same = alike.find((note) => isEqual(note.digest, digest));
      const note = same && { ...same, modified };
      return new StandingFile(folder, name, info, note, false);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw outputFailure(error, path);
    }
  }

  /** Whether it is a file, and no folder or link. */
  get isFile(): boolean {
    return this.#info.isFile;
  }

  /** When it was written last, in milliseconds since 1970 (UTC). */
  get modified(): number {
    return this.#info.mtime?.getTime() ?? 0;
  }

  /** Whether this is its content. */
  async has({ size, digest }: FileNote): Promise<boolean> {
    return this.#info.isFile && this.#info.size === size &&
      isEqual(digest, await digestOf(join(this.#folder, this.#name)));
  }

  /**
   * Gives it another name, which ends with the time, so that nobody takes it
   * for one of the output files; and says so.
   */
  async setAside(): Promise<void> {
    const path = join(this.#folder, this.#name);
    try {
      const kept = await freeName(path);
      await Deno.rename(path, kept);
      log.warn(
        "{path} was not written from this ledger; it is kept as {kept}",
        { path, kept },
      );
    } catch (error) {
      throw outputFailure(error, path);
    }
  }
}

/** For example `created.json.2026-11-24T10-00-00Z`. */
async function freeName(path: string): Promise<string> {
  const time = new Date().toISOString().replace(/\.\d+/, "")
    .replaceAll(":", "-");
  for (let number = 1;; number++) {
    const name = number === 1 ? `${path}.${time}` : `${path}.${time}.${number}`;
    try {
      await Deno.lstat(name);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return name;
      throw error;
    }
  }
}

/** The SHA-256 of a file; nothing if it may not be read. */
async function digestOf(path: string): Promise<Uint8Array | undefined> {
  const hash = createHash("sha256");
  try {
    using file = await Deno.open(path);
    for await (const chunk of file.readable) hash.update(chunk);
    return hash.digest();
  } catch (error) {
    // It may be there, but for others only.
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

function isEqual(digest: Uint8Array, other: Uint8Array | undefined): boolean {
  return digest.length === other?.length &&
    digest.every((byte, i) => byte === other[i]);
}
