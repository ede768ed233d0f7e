import { Buffer } from "node:buffer";
import { join, resolve } from "node:path";
import { writeRejectionLine } from "../model/ndjson_line.ts";
import type { Rejection } from "../model/rejection.ts";
import { Draft } from "./draft.ts";
import { readUpTo, writeAll } from "./file_bytes.ts";
import { outputFailure } from "./output_failure.ts";
import { syncFolder } from "./output_folder.ts";
import type { SnapshotContent } from "./snapshot_content.ts";
import { StandingFile } from "./standing_file.ts";

/** Name of the file that keeps what could not be counted. */
export const REJECTED_FILE = "rejected.ndjson";

/** Bytes of lines that are written at once (256 KiB), or a single line. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Makes `rejected.ndjson` hold every rejection, a line each. What is there is
 * left in place and the new lines are added at its end; as long as the file is
 * as it was left, nothing of it is read. Once rejections have been removed, it
 * is written anew.
 *
 * @returns Whether the file holds rejections of this ledger.
 */
export async function updateRejectedFile(
  folder: string,
  ledger: SnapshotContent,
): Promise<boolean> {
  const standing = await StandingFile.look(
    folder,
    REJECTED_FILE,
    ledger.files,
  );
  const { shows = 0, size = 0 } = standing?.note ?? {};
  const path = join(folder, REJECTED_FILE);
  const isOutdated = shows < 0;
  if (await isEmpty(ledger.rejections(isOutdated ? 0 : shows))) {
    if (isOutdated) await removeFile(folder, path);
    else if (standing?.note === undefined) {
      await setAsideStale(folder, standing, ledger);
    }
    return !isOutdated && standing?.note !== undefined;
  }
  const lines = new Lines(ledger);
  // The ledger's own file is a beginning, also where a crash has cut it short.
  // Anything else holds messages that are nowhere else: keep it.
  const isOurs = standing?.isFile === true && !isOutdated &&
    await extend(path, size, lines.after(shows));
  if (!isOurs) {
    const draft = await Draft.write(
      folder,
      REJECTED_FILE,
      lines.after(0),
      () => lines.shown,
    );
    if (!isOutdated) await standing?.setAside();
    await draft.publish();
    await syncFolder(folder);
  }
  const { size: grown, mtime } = await Deno.stat(path);
  await ledger.files.keep([{
    folder: resolve(folder),
    name: REJECTED_FILE,
    shows: lines.shown,
    size: grown,
    modified: mtime!.getTime(),
    digest: new Uint8Array(),
  }]);
  return true;
}

/**
 * What a ledger has written once, and somebody has changed since, would tell of
 * rejections that there are no more. A file of another ledger is left alone.
 */
async function setAsideStale(
  folder: string,
  standing: StandingFile | undefined,
  { files }: SnapshotContent,
): Promise<void> {
  if (standing?.isFile !== true) return;
  const notes = await files.find(REJECTED_FILE);
  if (notes.length === 0) return;
  await standing.setAside();
  await syncFolder(folder);
}

/** The lines of rejections, in chunks, and how many there have been. */
class Lines {
  readonly #ledger: SnapshotContent;
  /** The row of the last rejection, when all lines are written. */
  shown = 0;

  constructor(ledger: SnapshotContent) {
    this.#ledger = ledger;
  }

  after(shown: number): AsyncGenerator<Uint8Array> {
    this.shown = shown;
    return rejectedContent(
      this.#ledger.rejections(shown),
      ({ row }) => this.shown = row,
    );
  }
}

/**
 * The content of `rejected.ndjson`, in chunks.
 *
 * @param tell Called with each rejection that is added to it.
 */
export async function* rejectedContent<Kept extends Rejection>(
  pages: AsyncIterable<readonly Kept[]>,
  tell: (rejection: Kept) => void,
): AsyncGenerator<Uint8Array> {
  let chunk = "";
  for await (const page of pages) {
    for (const rejection of page) {
      tell(rejection);
      chunk += writeRejectionLine(rejection);
      if (chunk.length < CHUNK_BYTES) continue;
      yield encoder.encode(chunk);
      chunk = "";
    }
  }
  yield encoder.encode(chunk);
}

const encoder = new TextEncoder();

/**
 * Adds to a file what it lacks of its content.
 *
 * @param from So many of its bytes are right; those that follow are compared.
 * @returns Whether it has been a beginning of the content; if not, it is as it
 * was.
 */
async function extend(
  path: string,
  from: number,
  content: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    await file.seek(from, Deno.SeekMode.Start);
    let isAtEnd = false;
    for await (const chunk of content) {
      const there = await readUpTo(file, isAtEnd ? 0 : chunk.length);
      if (!isBeginning(there, chunk)) return false;
      isAtEnd ||= there.length < chunk.length;
      await writeAll(file, chunk.subarray(there.length));
    }
    const isLonger = !isAtEnd && (await readUpTo(file, 1)).length > 0;
    if (isLonger) return false;
    await file.sync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw outputFailure(error, path);
  }
}

async function removeFile(folder: string, path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    throw outputFailure(error, path);
  });
  await syncFolder(folder);
}

/** Byte by byte this would take longer than everything else. */
function isBeginning(start: Uint8Array, whole: Uint8Array): boolean {
  return Buffer.compare(start, whole.subarray(0, start.length)) === 0;
}

async function isEmpty(
  pages: AsyncIterable<readonly Rejection[]>,
): Promise<boolean> {
  for await (const _page of pages) return false;
  return true;
}
