/**
 * Makes sure that files and directories are there.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { kindOf, toPath } from "./paths.ts";

/**
 * Makes a directory with its parents, unless it is there.
 *
 * @throws {Error} If the path leads to something else.
 */
export async function ensureDir(dir: string | URL): Promise<void> {
  try {
    return requireDirectory(await Deno.stat(dir));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    await Deno.mkdir(dir, { recursive: true });
  } catch (error) {
    // Another process may have made it between the two calls.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    requireDirectory(await Deno.stat(dir));
  }
}

/**
 * Makes a directory with its parents, unless it is there, synchronously.
 *
 * @throws {Error} If the path leads to something else.
 */
export function ensureDirSync(dir: string | URL): void {
  try {
    return requireDirectory(Deno.statSync(dir));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    Deno.mkdirSync(dir, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    requireDirectory(Deno.statSync(dir));
  }
}

/**
 * Makes an empty file and the directories it lies in, unless it is there.
 *
 * @throws {Error} If the path leads to something else, a link included.
 */
export async function ensureFile(filePath: string | URL): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(filePath);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await ensureDir(dirname(toPath(filePath)));
    await Deno.writeFile(filePath, new Uint8Array());
    return;
  }
  if (!info.isFile) {
    throw new Error(
      `Failed to ensure file exists: expected 'file', got '${kindOf(info)}'`,
    );
  }
}

/** Removes all that is in a directory; makes it if it is not there. */
export async function emptyDir(dir: string | URL): Promise<void> {
  const path = toPath(dir);
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    await Promise.all(
      entries.map(({ name }) =>
        Deno.remove(join(path, name), { recursive: true })
      ),
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.mkdir(path, { recursive: true });
  }
}

function requireDirectory(info: Deno.FileInfo): void {
  if (info.isDirectory) return;
  throw new Error(
    `Failed to ensure directory exists: expected 'dir', got '${kindOf(info)}'`,
  );
}
