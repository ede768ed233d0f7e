import { constants, statfsSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { outputFailure } from "../output/output_failure.ts";
import type { Finding } from "../inspect/examination.ts";
import { size } from "../model/words.ts";

/**
 * A file without a name (`O_TMPFILE` of Linux): nobody sees it, and it ends
 * with its handle. Where there is none, only a run tells whether it can write.
 */
const NAMELESS = 0o20200000;

/** What Linux says where a file system has no files without names. */
const UNKNOWN = ["EISDIR", "ENOENT", "EOPNOTSUPP", "EINVAL", "ENOTSUP"];

/** Less room than this, in bytes, is worth a word. */
const LITTLE = 100 * 1024 * 1024;

/** Looks whether files can be written to a folder, and makes none there. */
export async function lookAtFolder(folder: string): Promise<Finding> {
  const path = resolve(folder);
  const standing = await findStanding(path);
  const writable = await isWritable(standing);
  const free = freeBytes(standing);
  const isMissing = standing !== path;
  const found = [
    isMissing ? `${path} is missing: a run would make it` : path,
    writable ? "writable" : "whether it can be written, a run would tell",
    ...free === undefined ? [] : [`${size(free)} free`],
  ].join(", ");
  return {
    found,
    warn: free !== undefined && free < LITTLE,
    facts: { folder: path, isMissing, ...free !== undefined && { free } },
  };
}

/**
 * The folder itself, or the one that it would be made in.
 *
 * @throws {EventCounterError} 73 if there is something else on the way.
 */
export async function findStanding(path: string): Promise<string> {
  try {
    if ((await Deno.stat(path)).isDirectory) return path;
    throw new Error("it is no folder");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw outputFailure(error, path);
    }
    return await findStanding(dirname(path));
  }
}

/**
 * Whether a folder takes new files with something in them.
 *
 * @returns No if that cannot be told without making one.
 * @throws {EventCounterError} 73 if it does not, 74 if its disk is full.
 */
export async function isWritable(folder: string): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  try {
    const file = await open(folder, NAMELESS | constants.O_WRONLY);
    try {
      await file.write("probe");
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (UNKNOWN.includes(code ?? "")) return false;
    throw outputFailure(error, folder);
  }
}

/** Room on the disk of a folder; nothing if the system does not tell. */
function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
