import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { VERSION } from "../../src/cli/version.ts";
import { lastLine, run, ToolError } from "../tool.ts";
import { MAIN } from "./bundle.ts";
import type { Build } from "./executable.ts";
import { launch } from "./launcher.ts";

/** What a self-extracting executable is made of. */
export interface Parts {
  /** The target's name. */
  readonly target: string;
  /** The files of the bundled program, by their names. */
  readonly program: ReadonlyMap<string, Uint8Array>;
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
    program: await filesOf(build.program),
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
  const payload = Buffer.concat([...program.values(), compressed]);
  const sum = createHash("sha256").update(payload).digest("hex");
  const script = await Deno.readTextFile(
    new URL("self_extracting.sh", import.meta.url),
  );
  const values: Readonly<Record<string, string | number>> = {
    VERSION,
    TARGET: target,
    PAYLOAD_START: HEADER_SIZE + 1,
    PAYLOAD_SUM: sum,
    PARTS: [...program].map(([name, { length }]) => `${name}:${length}`)
      .join(" "),
    KEY: sum.slice(0, 16),
    LAUNCH: launch({
      runtime: '"$folder/runtime"',
      program: `"$folder/${MAIN}"`,
      cache: '"$folder/deno"',
    }),
  };
  const filled = script.replaceAll(
    /@([A-Z_]+)@/g,
    (_, name) => String(values[name]),
  );
  const header = filled.padEnd(HEADER_SIZE - 1) + "\n";
  return Buffer.concat([Buffer.from(header), payload]);
}

/** The files of a folder by their names, in their order. */
async function filesOf(folder: string): Promise<Map<string, Uint8Array>> {
  const files = await Array.fromAsync(Deno.readDir(folder));
  const names = files.map(({ name }) => name).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) =>
        [name, await Deno.readFile(join(folder, name))] as const
      ),
    ),
  );
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
