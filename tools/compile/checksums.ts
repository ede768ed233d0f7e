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
 * Writes the SHA-256 sums of files beside them, sorted by name. What the file
 * tells of others stays as long as they are there.
 *
 * @param paths The files, all of one folder; at least one.
 * @returns The path of the file with the sums.
 */
export async function writeSums(paths: readonly string[]): Promise<string> {
  const folder = dirname(paths[0] ?? "");
  const file = join(folder, SUMS_FILE);
  const sums = new Map<string, string>();
  for (const line of (await textOf(file)).split("\n")) {
    const name = line.slice(66);
    if (name !== "" && await exists(join(folder, name))) sums.set(name, line);
  }
  for (const path of paths) {
    const name = basename(path);
    sums.set(name, `${await sumOf(path)}  ${name}`);
  }
  const lines = [...sums.keys()].sort().map((name) => `${sums.get(name)}\n`);
  await Deno.writeTextFile(file, lines.join(""));
  return file;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
