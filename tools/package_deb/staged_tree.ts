import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { dirname, join } from "node:path";
import { gzip } from "node:zlib";
import { promisify } from "node:util";

/** One file of a package: its content, or the path of a file that has it. */
export type StagedFile =
  & { readonly mode?: number }
  & ({ readonly text: string; readonly isGzipped?: boolean } | {
    readonly copyOf: string;
  });

/** The files of a package by their paths relative to the root. */
export type StagedFiles = Readonly<Record<string, StagedFile>>;

/** What is known of files once they are staged. */
export interface Staged {
  /** What they take up, in bytes; each file whole kibibytes. */
  readonly size: number;
  /** Their sums, as a package's `md5sums` has them. */
  readonly md5sums: string;
}

/** Puts files into a folder as a package has them, 0644 unless told else. */
export async function stage(
  root: string,
  files: StagedFiles,
): Promise<Staged> {
  let size = 0;
  const sums: string[] = [];
  for (const [path, file] of Object.entries(files).sort(byPath)) {
    const target = join(root, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    if ("copyOf" in file) await Deno.copyFile(file.copyOf, target);
    else await Deno.writeFile(target, await content(file));
    await Deno.chmod(target, file.mode ?? 0o644);
    size += Math.ceil((await Deno.stat(target)).size / 1024) * 1024;
    sums.push(`${await md5(target)}  ${path}\n`);
  }
  return { size, md5sums: sums.join("") };
}

/**
 * Gives everything in a folder the same date, and folders the mode 0755: what
 * the umask and the clock of the machine would leave in the package.
 */
export async function settle(folder: string, date: Date): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await settle(path, date);
    else await Deno.utime(path, date, date);
  }
  await Deno.chmod(folder, 0o755);
  await Deno.utime(folder, date, date);
}

async function content(
  { text, isGzipped }: { text: string; isGzipped?: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  if (isGzipped !== true) return new TextEncoder().encode(text);
  // Its header has no date and no name, as `gzip -9n` leaves them out.
  const bytes = await promisify(gzip)(Buffer.from(text), { level: 9 });
  return new Uint8Array(bytes);
}

async function md5(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

function byPath([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
