/**
 * Copies files and directories.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { ensureDir } from "./ensure.ts";
import { isInside, toPath } from "./paths.ts";

/** How a copy is made. */
export interface CopyOptions {
  /** Replace what is there; directories are merged. Default: `false`. */
  overwrite?: boolean;
  /** Keep the times of the originals, but not of links. Default: `false`. */
  preserveTimestamps?: boolean;
}

/**
 * Copies a file, a link, or a directory with all that is in it.
 *
 * @throws {Deno.errors.AlreadyExists} If the destination is there and
 *   `overwrite` is not set.
 * @throws {Error} If the destination is the source itself, lies inside it, or
 *   is a file where a directory is to be put.
 */
export async function copy(
  src: string | URL,
  dest: string | URL,
  options: CopyOptions = {},
): Promise<void> {
  const source = resolve(toPath(src));
  const destination = resolve(toPath(dest));
  if (source === destination) {
    throw new Error("Source and destination cannot be the same");
  }
  const info = await Deno.lstat(source);
  if (info.isDirectory && isInside(destination, source)) {
    throw new Error(
      `Cannot copy '${source}' to a subdirectory of itself: '${destination}'`,
    );
  }
  await copyEntry(info, source, destination, options);
}

async function copyEntry(
  entry: Deno.FileInfo | Deno.DirEntry,
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<void> {
  const isThere = await checkDestination(
    entry.isDirectory,
    source,
    destination,
    options,
  );
  if (entry.isSymlink) {
    await Deno.symlink(await Deno.readLink(source), destination);
  } else if (entry.isDirectory) {
    if (!isThere) await ensureDir(destination);
    await keepTimes(source, destination, options);
    const entries = await Array.fromAsync(Deno.readDir(source));
    await Promise.all(
      entries.map((inner) =>
        copyEntry(
          inner,
          join(source, inner.name),
          join(destination, inner.name),
          options,
        )
      ),
    );
  } else if (entry.isFile) {
    await Deno.copyFile(source, destination);
    await keepTimes(source, destination, options);
  }
}

/** Whether the destination is there; throws if it must not be. */
async function checkDestination(
  isDirectory: boolean,
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<boolean> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(destination);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  if (isDirectory && !info.isDirectory) {
    throw new Error(
      `Cannot overwrite non-directory '${destination}' with directory '${source}'`,
    );
  }
  if (!options.overwrite) {
    throw new Deno.errors.AlreadyExists(`'${destination}' already exists.`);
  }
  return true;
}

async function keepTimes(
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<void> {
  if (!options.preserveTimestamps) return;
  const { atime, mtime } = await Deno.stat(source);
  if (!atime || !mtime) throw new Error("File times are unavailable");
  await Deno.utime(destination, atime, mtime);
}
