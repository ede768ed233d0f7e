/**
 * Moves files and directories.
 *
 * @module
 */
import { resolve } from "node:path";
import { isInside, toPath } from "./paths.ts";

/** How something is moved. */
export interface MoveOptions {
  /** Remove what is at the destination first. Default: `false`. */
  overwrite?: boolean;
}

/**
 * Moves a file or a directory within a file system.
 *
 * @throws {Deno.errors.NotFound} If the source is not there.
 * @throws {Deno.errors.AlreadyExists} If the destination is there and
 *   `overwrite` is not set.
 * @throws {Deno.errors.NotSupported} If a directory is to be moved to itself or
 *   into itself.
 */
export async function move(
  src: string | URL,
  dest: string | URL,
  options: MoveOptions = {},
): Promise<void> {
  const source = resolve(toPath(src));
  const destination = resolve(toPath(dest));
  const { isDirectory } = await Deno.stat(source);
  const isSame = source === destination;
  if (isDirectory && (isSame || isInside(destination, source))) {
    throw new Deno.errors.NotSupported(
      `Cannot move '${src}' to a subdirectory of itself, '${dest}'.`,
    );
  }
  if (options.overwrite) {
    if (isSame) return;
    await removeIfThere(destination);
  } else if (await isThere(destination)) {
    throw new Deno.errors.AlreadyExists("dest already exists.");
  }
  await Deno.rename(source, destination);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    // Whatever hides the destination, renaming will tell.
    return false;
  }
}
