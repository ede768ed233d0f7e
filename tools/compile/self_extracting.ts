/**
 * One file that brings its own runtime: a POSIX shell header, the program, and
 * the Deno runtime compressed. What it does is told in `self_extracting.sh`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BuildError } from "./build_error.ts";
import { posixChecksum } from "./posix_checksum.ts";
import { startCommands } from "./start_commands.ts";
import type { Target } from "./targets.ts";

/** What a self-extracting executable is made of. */
export interface SelfExtractingParts {
  readonly target: Target;
  /** The program's name, which begins its errors. */
  readonly name: string;
  readonly version: string;
  /** The bundled program. */
  readonly program: string;
  /** The runtime: Deno's executable for the target. */
  readonly runtime: string;
  /** Permissions and the like, as flags of `deno run`. */
  readonly flags: readonly string[];
  /** The file to write. */
  readonly out: string;
}

/** Bytes of the header, filled up with spaces. */
const HEADER_SIZE = 16_384;

/**
 * Writes a self-extracting executable. The same parts give the same bytes.
 *
 * @throws {BuildError} If the target has no POSIX shell.
 */
export async function writeSelfExtracting(
  parts: SelfExtractingParts,
): Promise<void> {
  if (parts.target.os === "windows") {
    throw new BuildError(
      `Cannot build a self-extracting executable for ${parts.target.name}: ` +
        "it needs a POSIX shell; use --kind denort",
    );
  }
  const program = await Deno.readFile(parts.program);
  const runtime = await digest(parts.runtime);
  const programSum = createHash("sha256").update(program).digest("hex");
  const start = startCommands({
    runtime: '"$folder/runtime"',
    program: '"$folder/program.js"',
    cache: "$folder/deno",
    flags: parts.flags,
  });
  const key = createHash("sha256")
    .update([programSum, runtime.sum, ...start].join("\n")).digest("hex");
  const header = await fill({
    NAME: parts.name,
    VERSION: parts.version,
    TARGET: parts.target.name,
    NEEDS: NEEDS[parts.target.os] ?? "",
    KEY: `${parts.version}-${key.slice(0, 16)}`,
    PROGRAM_SIZE: program.length,
    PROGRAM_SUM: programSum,
    PROGRAM_CHECK: `${posixChecksum(program)} ${program.length}`,
    RUNTIME_START: HEADER_SIZE + program.length + 1,
    RUNTIME_SIZE: runtime.size,
    RUNTIME_SUM: runtime.sum,
    // A quotation mark that ends a line break stands by itself.
    START: start.map((line) => line === "'" ? line : `  ${line}`).join("\n"),
  });
  await Deno.writeFile(parts.out, header);
  await Deno.writeFile(parts.out, program, { append: true });
  await pipeline(
    createReadStream(parts.runtime),
    createGzip({ level: 9 }),
    createWriteStream(parts.out, { flags: "a" }),
  );
  await Deno.chmod(parts.out, 0o755);
}

const NEEDS: Readonly<Record<string, string>> = {
  linux: "Linux with glibc",
  darwin: "macOS",
};

/** The header with its values put in, filled up to its size. */
async function fill(
  values: Readonly<Record<string, string | number>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL("self_extracting.sh", import.meta.url);
  const text = (await Deno.readTextFile(url))
    .replaceAll(/@([A-Z_]+)@/g, (_, name) => String(values[name]));
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > HEADER_SIZE) {
    throw new Error(`The header has ${bytes.length} bytes: raise HEADER_SIZE`);
  }
  const header = new Uint8Array(HEADER_SIZE).fill(0x20);
  header.set(bytes);
  header[HEADER_SIZE - 1] = 0x0a;
  return header;
}

async function digest(path: string): Promise<{ sum: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sum: hash.digest("hex"), size };
}
