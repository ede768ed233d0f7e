/**
 * Stand-in for `@std/fs` on networks that serve npm only, over `node:fs`: the
 * functions that the project uses, and no other.
 *
 * @module
 */
import { mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";

/** A file or folder that {@linkcode walk} has come to. */
export interface WalkEntry {
  readonly path: string;
  readonly name: string;
  readonly isFile: boolean;
}

/** Makes a folder, and those above it, if it is missing. */
export async function ensureDir(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/**
 * A folder and all below it.
 *
 * @param options `exts`: only what is named so, for example `.ts`.
 */
export async function* walk(
  folder: string,
  { exts = [""] }: { exts?: string[] } = {},
): AsyncGenerator<WalkEntry> {
  const isWanted = (path: string) => exts.some((end) => path.endsWith(end));
  if (isWanted(folder)) {
    yield { path: folder, name: basename(folder), isFile: false };
  }
  const options = { recursive: true, withFileTypes: true } as const;
  for (const entry of await readdir(folder, options)) {
    const path = join(entry.parentPath, entry.name);
    if (isWanted(path)) {
      yield { path, name: entry.name, isFile: entry.isFile() };
    }
  }
}
