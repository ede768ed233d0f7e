import { basename, dirname } from "node:path";
import { outputFailure } from "./output_failure.ts";
import { temporaryPath } from "./output_folder.ts";

/**
 * Puts a text in the place of a file: a reader sees the whole old one or the
 * whole new one. It need not outlive a power cut.
 *
 * @param option The one that names the file, for messages.
 * @throws {EventCounterError} 73 if it cannot be written or would replace what
 * is no regular file, 74 if the disk is full or fails.
 */
export async function replaceTextFile(
  path: string,
  text: string,
  option: string,
): Promise<void> {
  const temporary = temporaryPath(dirname(path), basename(path));
  try {
    // Root could put it in the place of a device, such as /dev/stdout.
    if (await isOther(path)) throw new Error("it is no regular file");
    await Deno.writeTextFile(temporary, text, { createNew: true });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {/* It was never made. */});
    throw outputFailure(error, path, option);
  }
}

async function isOther(path: string): Promise<boolean> {
  try {
    return !(await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
