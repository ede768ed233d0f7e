import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../tools/compile/bundle.ts";
import { buildExecutable, type Kind } from "../../tools/compile/executable.ts";
import { HOST, targetNamed } from "../../tools/compile/targets.ts";
import { run } from "../../tools/tool.ts";
import {
  CONFIGURATION,
  type Ended,
  finish,
  type Running,
} from "../support/program.ts";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The commit that the tests' executables say they were built from. */
export const COMMIT = "0123456789ab";

/** A user that owns nothing, as `setpriv` is told to become it. */
export const AS_NOBODY = [
  ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
];

/** How an executable is run. */
export interface RunOptions {
  /** Its whole environment. Default: a cache folder of the tests' own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads from standard input. Default: nothing. */
  readonly stdin?: string;
  /** A command with its arguments that runs the executable. */
  readonly through?: readonly string[];
}

/** An executable that the tests built. */
export class Executable {
  constructor(
    readonly kind: Kind,
    readonly path: string,
    /** Where it unpacks itself, unless a test says otherwise. */
    readonly cache: string,
  ) {}

  /** Runs it to its end. */
  async run(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<Ended> {
    return await this.start(args, options).ended;
  }

  /** Starts it with nothing of the tests' own environment. */
  start(
    args: readonly string[],
    { env, cwd, stdin, through = [] }: RunOptions = {},
  ): Running {
    const [command, ...rest] = [...through, this.path, ...args];
    const process = new Deno.Command(command!, {
      args: rest,
      clearEnv: true,
      env: env ?? { EVENTCOUNTER_CACHE: this.cache },
      cwd: cwd ?? "/",
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return { process, ended: finish(process, stdin) };
  }
}

/** A folder that every user can read, gone when the test process ends. */
export const FOLDER = Deno.makeTempDirSync({ prefix: "eventcounter-built-" });
Deno.chmodSync(FOLDER, 0o755);
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(FOLDER, { recursive: true }),
);

/** The kinds that can be built here: denort only where `DENORT_BIN` gives one. */
export const BUILDABLE: readonly Kind[] = Deno.env.get("DENORT_BIN")
  ? ["self-extracting", "denort"]
  : ["self-extracting"];

const built = new Map<string, Promise<Executable>>();

/**
 * Builds a program as an executable, once per test process.
 *
 * @param entry The entry point, relative to the repository.
 */
export function executable(
  kind: Kind,
  entry = "main.ts",
): Promise<Executable> {
  const key = `${kind} ${entry}`;
  const known = built.get(key);
  if (known !== undefined) return known;
  const building = build(kind, entry);
  built.set(key, building);
  return building;
}

async function build(kind: Kind, entry: string): Promise<Executable> {
  // A name with a space: what handles its own path carelessly fails.
  const path = join(FOLDER, `${kind} of ${entry.replaceAll("/", "_")}`);
  const out = `${path}, built`;
  await Deno.writeTextFile(out, "What is built replaces this.");
  const program = `${path} program`;
  await bundle({
    entry: `${ROOT}${entry}`,
    configuration: CONFIGURATION,
    commit: COMMIT,
    out: program,
  });
  await buildExecutable(kind, {
    ...{ target: targetNamed(HOST), program, out, folder: FOLDER },
    runtimeVersion: Deno.version.deno,
  });
  await copyToRun(out, path);
  const cache = await Deno.makeTempDir({ dir: FOLDER, prefix: "cache " });
  return new Executable(kind, path, cache);
}

/**
 * Copies an executable by another process. One that this process has written
 * may not be run for a moment ("text file busy"): a child that a test beside
 * this one starts meanwhile holds it open until it runs its own program.
 */
export async function copyToRun(from: string, to: string): Promise<void> {
  const { code, stderr } = await run("cp", [from, to]);
  if (code !== 0) throw new Error(stderr);
}

/**
 * Registers a test for each kind of executable that can be built here.
 *
 * @param of Only these kinds.
 */
export function test(
  name: string,
  check: (executable: Executable) => Promise<void>,
  of: readonly Kind[] = BUILDABLE,
): void {
  for (const kind of BUILDABLE) {
    if (!of.includes(kind)) continue;
    Deno.test(`${kind} executable: ${name}`, async () => {
      await check(await executable(kind));
    });
  }
}

/** A new folder that every user can write to; gone with {@linkcode FOLDER}. */
export async function openFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: FOLDER });
  await Deno.chmod(folder, 0o777);
  return folder;
}

/** Whether this machine allows a process mounts of its own. */
export async function canMount(): Promise<boolean> {
  const probe = new Deno.Command("unshare", {
    args: ["--mount", "true"],
    stderr: "null",
  });
  return (await probe.output()).success;
}
