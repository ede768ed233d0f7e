import { join } from "node:path";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";

/** Produces the content of a file from its beginning, each time it is asked. */
export type Content = () => AsyncIterable<Uint8Array>;

/** How an existing file stands to the content it should have. */
export type Comparison = "missing" | "same" | "beginning" | "different";

/** Ends the names of files that are being written. */
export const TEMPORARY_SUFFIX = ".eventcounter-tmp";

/**
 * Puts new content in a file's place so that a reader sees the whole old file
 * or the whole new one, and a power cut leaves one of the two: a temporary
 * file beside it, fsync, rename, fsync of the folder.
 *
 * @throws {EventCounterError} 74 if the disk is full or fails, 73 if the
 * folder cannot be written.
 */
export async function replaceFile(
  folder: string,
  name: string,
  content: Content,
): Promise<void> {
  const path = join(folder, name);
  const temporary = temporaryPath(folder, name);
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      for await (const chunk of content()) await writeAll(file, chunk);
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {/* It was never made. */});
    throw outputFailure(error, path);
  }
}

/** A path beside a file for writing its next content; never the same twice. */
export function temporaryPath(folder: string, name: string): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return join(folder, `.${name}.${unique}${TEMPORARY_SUFFIX}`);
}

/** Compares a file with the content it should have, reading both once. */
export async function compareFile(
  path: string,
  content: Content,
): Promise<Comparison> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    throw outputFailure(error, path);
  }
  try {
    for await (const chunk of content()) {
      const there = await readUpTo(file, chunk.length);
      if (!startsWith(chunk, there)) return "different";
      if (there.length < chunk.length) return "beginning";
    }
    return (await readUpTo(file, 1)).length === 0 ? "same" : "different";
  } catch (error) {
    throw outputFailure(error, path);
  } finally {
    file.close();
  }
}

/** Makes renames and removals in a folder outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file systems log renames by themselves.
  if (Deno.build.os === "windows") return;
  const handle = await Deno.open(folder);
  try {
    await handle.sync();
  } finally {
    handle.close();
  }
}

/**
 * The disk is full or fails: ENOSPC, EDQUOT (Linux, macOS), EIO, EFBIG. Deno
 * gives some of them a code, and all of them a number in the message.
 */
const IO_ERRORS = ["ENOSPC", "EDQUOT", "EIO", "EFBIG"];
const IO_ERROR_NUMBERS = /\(os error (28|122|69|5|27)\)/;

/** Whether something was thrown because a disk is full or fails. */
export function isIoError(error: unknown): boolean {
  return error instanceof Error && (
    IO_ERRORS.includes((error as { code?: string }).code ?? "") ||
    IO_ERROR_NUMBERS.test(messageOf(error))
  );
}

/** The error to report when the output cannot be written. */
export function outputFailure(error: unknown, path: string): EventCounterError {
  if (error instanceof EventCounterError) return error;
  const message = messageOf(error);
  const ioError = isIoError(error);
  return new EventCounterError(
    ioError ? EXIT.ioError : EXIT.cannotCreateOutput,
    `Cannot write "${path}": ${message}; ` +
      (ioError
        ? "nothing is lost, make room and run again"
        : "check the folder and its permissions, or give another with --out"),
    { cause: error },
  );
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

async function readUpTo(file: Deno.FsFile, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(most);
  let at = 0;
  while (at < most) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => byte === whole[i]);
}
