import { dirname, join, resolve } from "node:path";
import { outputFailure } from "./output_failure.ts";

/** Ends the names of files that are being written. */
const TEMPORARY_SUFFIX = ".eventcounter-tmp";

/** A temporary file not written to for so long (in ms) has lost its writer. */
const ABANDONED_AFTER = 60_000;

/**
 * Makes sure that a folder is there, outlives a power cut and can be written.
 *
 * @param option The one that names it, for messages. Default: `--out`.
 * @throws {EventCounterError} 73 if it cannot be made or written, 74 if its
 * disk is full or fails.
 */
export async function prepareFolder(
  folder: string,
  option?: string,
): Promise<void> {
  try {
    await makeFolder(folder);
    const probe = temporaryPath(folder, "probe");
    try {
      await Deno.writeTextFile(probe, "probe");
    } catch (error) {
      // On a full disk there may be room for its name, and for no more.
      await Deno.remove(probe).catch(() => {/* It was never made. */});
      throw error;
    }
    await Deno.remove(probe);
  } catch (error) {
    throw outputFailure(error, folder, option);
  }
}

/** A path beside a file for writing its next content; never the same twice. */
export function temporaryPath(folder: string, name: string): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return join(folder, `.${name}.${unique}${TEMPORARY_SUFFIX}`);
}

/** Makes new names in a folder, and removals, outlive a power cut. */
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

/** Makes a folder and those missing on the way, each durable in its parent. */
async function makeFolder(folder: string): Promise<void> {
  const made: string[] = [];
  for (let at = resolve(folder); await isMissing(at); at = dirname(at)) {
    made.push(at);
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const path of made) await syncFolder(dirname(path));
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/**
 * Removes what a killed run has left half written, but nothing of one that
 * lives. Whoever calls it has the ledger, and so its files, to himself.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(".") || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const path = join(folder, name);
    try {
      const { mtime } = await Deno.stat(path);
      if (Date.now() - mtime!.getTime() <= ABANDONED_AFTER) continue;
      await Deno.remove(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw outputFailure(error, path);
    }
  }
}
