import { ensureDir } from "@std/fs";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { Expectation } from "../publish/expectation.ts";

/**
 * Makes sure that a folder is there and files can be made in it.
 *
 * @throws {EventCounterError} 73 if not, 74 if its disk is full or fails.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await ensureDir(folder);
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  } catch (error) {
    throw failure(error, folder);
  }
}

/**
 * Writes the JSON files that a correct count must give; other files in the
 * folder stay.
 *
 * @throws {EventCounterError} As {@linkcode prepareFolder}.
 */
export async function writeExpectation(
  folder: string,
  expectation: Expectation,
): Promise<void> {
  for (const [name, text] of expectation.files()) {
    const path = `${folder}/${name}`;
    try {
      await Deno.writeTextFile(path, text);
    } catch (error) {
      throw failure(error, path);
    }
  }
}

function failure(error: unknown, path: string): EventCounterError {
  const { code } = error as { code?: string };
  const isDisk = ["ENOSPC", "EDQUOT", "EIO", "EFBIG"].includes(code ?? "");
  return new EventCounterError(
    isDisk ? EXIT.ioError : EXIT.cannotCreateOutput,
    `Cannot write "${path}": ${messageOf(error)}; ` +
      "check its disk and permissions, or give another folder with --expect",
    { cause: error },
  );
}
