import { basename, dirname } from "node:path";
import { readUpTo } from "./file_bytes.ts";
import { outputFailure } from "./output_failure.ts";
import { temporaryPath } from "./output_folder.ts";

/** What a file is for. */
export interface TextFileKind {
  /** What it holds, for messages: `metrics`. */
  readonly content: string;
  /** What every such file begins with. */
  readonly beginning: string;
  /** The option that names it, for messages. */
  readonly option: string;
}

/**
 * Puts a text in the place of a file of its kind: a reader sees the whole old
 * one or the whole new one. It need not outlive a power cut.
 *
 * @throws {EventCounterError} 73 if it cannot be written or would replace
 * anything else (a ledger, say, or a device), 74 if the disk is full or fails.
 */
export async function replaceTextFile(
  path: string,
  text: string,
  { content, beginning, option }: TextFileKind,
): Promise<void> {
  const temporary = temporaryPath(dirname(path), basename(path));
  try {
    await refuseOther(path, content, beginning);
    await Deno.writeTextFile(temporary, text, { createNew: true });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {/* It was never made. */});
    throw outputFailure(error, path, option);
  }
}

/** A slip in its name must not cost a file that somebody needs. */
async function refuseOther(
  path: string,
  content: string,
  beginning: string,
): Promise<void> {
  try {
    // Root could put it in the place of a device, such as /dev/stdout.
    const { isFile } = await Deno.lstat(path);
    if (!isFile) throw new Error("it is no regular file");
    using file = await Deno.open(path);
    const start = await readUpTo(file, beginning.length);
    if (start.length > 0 && new TextDecoder().decode(start) !== beginning) {
      throw new Error(`it holds something else than ${content}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
