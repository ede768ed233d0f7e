import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The name of the file with the sums. */
export const SUMS_FILE = "SHA256SUMS";

/**
 * Writes the SHA-256 sums of files beside them, as `sha256sum --check` reads
 * them, sorted by name. What the file tells of others stays.
 *
 * @param paths The files, all of one folder; at least one.
 * @returns The path of the file with the sums.
 */
export async function writeSums(paths: readonly string[]): Promise<string> {
  const file = join(dirname(paths[0]!), SUMS_FILE);
  const before = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const sums = new Map(
    before.split("\n").filter((line) => line !== "")
      .map((line) => [line.slice(66), line]),
  );
  for (const path of paths) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    const name = basename(path);
    sums.set(name, `${hash.digest("hex")}  ${name}`);
  }
  const lines = [...sums.keys()].sort().map((name) => `${sums.get(name)}\n`);
  await Deno.writeTextFile(file, lines.join(""));
  return file;
}
