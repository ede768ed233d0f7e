/**
 * Walks through a tree of files.
 *
 * @module
 */
import { basename, join, normalize } from "node:path";
import { toPath } from "./paths.ts";

/** What a walk gives back. Links are given back and not followed. */
export interface WalkOptions {
  /** How many levels to go down; 0 is the root alone. Default: no limit. */
  maxDepth?: number;
  /** Give back files. Default: `true`. */
  includeFiles?: boolean;
  /** Give back directories, the root included. Default: `true`. */
  includeDirs?: boolean;
  /** Endings of names, with or without the dot. Default: any. */
  exts?: string[];
  /** Patterns of which a path has to match one. Default: any path. */
  match?: RegExp[];
  /** Patterns of which a path must match none. Directories that do are not
   * entered. Default: none. */
  skip?: RegExp[];
}

/** An entry of a directory with its path. */
export interface WalkEntry extends Deno.DirEntry {
  /** The path of the entry, beginning with that of the root. */
  path: string;
}

/**
 * Walks through a tree of files, directories before what is in them.
 *
 * @throws {Deno.errors.NotFound} If the root is not there.
 */
export async function* walk(
  root: string | URL,
  options: WalkOptions = {},
): AsyncIterableIterator<WalkEntry> {
  const filter = new Filter(options);
  const path = toPath(root);
  if (filter.maxDepth < 0) return;
  if (filter.givesDirectory(path)) yield toEntry(path, await Deno.stat(path));
  if (!filter.enters(path)) return;
  for await (const entry of Deno.readDir(path)) {
    const entryPath = join(path, entry.name);
    if (entry.isDirectory) {
      yield* walk(entryPath, filter.below());
    } else if (filter.givesEntry(entryPath, entry)) {
      yield { path: entryPath, ...entry };
    }
  }
}

/**
 * Walks through a tree of files, synchronously.
 *
 * @throws {Deno.errors.NotFound} If the root is not there.
 */
export function* walkSync(
  root: string | URL,
  options: WalkOptions = {},
): IterableIterator<WalkEntry> {
  const filter = new Filter(options);
  const path = toPath(root);
  if (filter.maxDepth < 0) return;
  if (filter.givesDirectory(path)) yield toEntry(path, Deno.statSync(path));
  if (!filter.enters(path)) return;
  for (const entry of Deno.readDirSync(path)) {
    const entryPath = join(path, entry.name);
    if (entry.isDirectory) {
      yield* walkSync(entryPath, filter.below());
    } else if (filter.givesEntry(entryPath, entry)) {
      yield { path: entryPath, ...entry };
    }
  }
}

/** Decides what a walk gives back and which directories it enters. */
class Filter {
  readonly maxDepth: number;
  readonly #options: WalkOptions;
  readonly #endings: string[] | undefined;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.maxDepth = options.maxDepth ?? Infinity;
    this.#endings = options.exts?.map((ending) =>
      ending.startsWith(".") ? ending : `.${ending}`
    );
  }

  givesDirectory(path: string): boolean {
    return (this.#options.includeDirs ?? true) && this.#accepts(path);
  }

  givesEntry(path: string, { isSymlink }: Deno.DirEntry): boolean {
    const included = isSymlink || (this.#options.includeFiles ?? true);
    return included && this.#accepts(path);
  }

  enters(path: string): boolean {
    return this.maxDepth >= 1 && !this.#skips(path);
  }

  /** The options for the directories one level down. */
  below(): WalkOptions {
    return { ...this.#options, maxDepth: this.maxDepth - 1 };
  }

  #accepts(path: string): boolean {
    const { match } = this.#options;
    if (this.#endings?.some((ending) => path.endsWith(ending)) === false) {
      return false;
    }
    if (match && !matchesAny(path, match)) return false;
    return !this.#skips(path);
  }

  #skips(path: string): boolean {
    return matchesAny(path, this.#options.skip ?? []);
  }
}

function matchesAny(path: string, patterns: RegExp[]): boolean {
  // search() begins anew each time, whatever the flags of the pattern.
  return patterns.some((pattern) => path.search(pattern) !== -1);
}

function toEntry(path: string, info: Deno.FileInfo): WalkEntry {
  const { isFile, isDirectory, isSymlink } = info;
  const normal = normalize(path);
  const name = basename(normal);
  return { path: normal, name, isFile, isDirectory, isSymlink };
}
