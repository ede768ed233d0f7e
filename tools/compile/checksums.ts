/**
 * Sums of files, as `sha256sum --check` reads them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The name of the file with the sums. */
export const SUMS_FILE = "SHA256SUMS";

/**
 * Writes the SHA-256 sums of files beside them, sorted by name.
 *
 * @param paths The files, all of one folder; at least one.
 * @returns The path of the file with the sums.
 */
export async function writeSums(paths: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const path of paths.toSorted()) {
    lines.push(`${await sumOf(path)}  ${basename(path)}\n`);
  }
  const file = join(dirname(paths[0] ?? ""), SUMS_FILE);
  await Deno.writeTextFile(file, lines.join(""));
  return file;
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
