import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { VERSION } from "../../src/cli/version.ts";
import { lastLine, run, ToolError } from "../tool.ts";
import type { Build } from "./executable.ts";
import { launch } from "./launcher.ts";

/** What a self-extracting executable is made of. */
export interface Parts {
  /** The target's name. */
  readonly target: string;
  /** The bundled program. */
  readonly program: Uint8Array;
  /** The runtime: Deno's executable for the target. */
  readonly runtime: Uint8Array;
}

/**
 * Builds an executable of a shell script, the program and Deno from npm; what
 * it does is told in `self_extracting.sh`.
 *
 * @throws {ToolError} If the target has no POSIX shell, or npm no Deno for it.
 */
export async function writeSelfExtracting(build: Build): Promise<void> {
  const { target, out } = build;
  if (target.suffix === ".exe") {
    throw new ToolError(
      `Cannot build a self-extracting executable for ${target.name}: it needs ` +
        "a POSIX shell; use --kind denort",
    );
  }
  const bytes = await selfExtracting({
    target: target.name,
    program: await Deno.readFile(build.program),
    runtime: await Deno.readFile(await runtimeFor(build)),
  });
  await Deno.writeFile(out, bytes, { mode: 0o755 });
}

/** Bytes of the script, filled up with spaces. */
const HEADER_SIZE = 16_384;

/** The bytes of the executable. The same parts give the same bytes. */
export async function selfExtracting(
  { target, program, runtime }: Parts,
): Promise<Uint8Array> {
  const compressed = await promisify(gzip)(runtime, { level: 9 });
  const sum = createHash("sha256").update(program).update(compressed)
    .digest("hex");
  const script = await Deno.readTextFile(
    new URL("self_extracting.sh", import.meta.url),
  );
  const values: Readonly<Record<string, string | number>> = {
    VERSION,
    TARGET: target,
    PAYLOAD_START: HEADER_SIZE + 1,
    PAYLOAD_SUM: sum,
    PROGRAM_SIZE: program.length,
    KEY: sum.slice(0, 16),
    LAUNCH: launch({
      runtime: '"$folder/runtime"',
      program: '"$folder/program.js"',
      cache: '"$folder/deno"',
    }),
  };
  const filled = script.replaceAll(
    /@([A-Z_]+)@/g,
    (_, name) => String(values[name]),
  );
  const header = filled.padEnd(HEADER_SIZE - 1) + "\n";
  return Buffer.concat([Buffer.from(header), program, compressed]);
}

/**
 * Finds Deno's executable for a target, and takes it from npm if it is not at
 * hand.
 *
 * @returns Its path.
 * @throws {ToolError} If npm does not have it.
 */
export async function runtimeFor(
  { target, runtimeVersion, folder }: Build,
): Promise<string> {
  const name = `${target.runtimePackage}@${runtimeVersion}`;
  // Deno fetches it from the registry that it is set up for, and keeps it in its
  // cache. In a folder of its own no configuration is found.
  const place = `${folder}/${target.name}`;
  await Deno.mkdir(place, { recursive: true });
  await Deno.writeTextFile(`${place}/deno.json`, "{}");
  const ended = await run(Deno.execPath(), [
    ...["cache", "--quiet", "--no-lock", "--node-modules-dir=auto"],
    `npm:${name}`,
  ], { cwd: place });
  if (ended.code !== 0) {
    throw new ToolError(
      `Cannot get the runtime for ${target.name} from npm (${name}): ${
        lastLine(ended)
      }; choose a version that the registry has with --runtime-version`,
    );
  }
  return `${place}/node_modules/${target.runtimePackage}/deno`;
}
