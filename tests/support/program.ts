import { fileURLToPath } from "node:url";
import { PERMISSIONS } from "../../tools/compile/permissions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The configuration the tests themselves run with, as far as they can tell by
 * where Cliffy comes from; `EVENTCOUNTER_TEST_CONFIG` names another.
 */
export const CONFIGURATION: string = Deno.env.get("EVENTCOUNTER_TEST_CONFIG") ??
  (import.meta.resolve("@cliffy/command").startsWith("jsr:")
    ? `${root}deno.json`
    : `${root}tools/npm_only/deno.json`);

/** The program itself. */
const MAIN = "main.ts";

/** Programs of the tests' own have variables besides. */
const MORE_PERMISSIONS = PERMISSIONS.map((flag) =>
  flag.replace(/env=.*/, "env")
);

/** Variables the program reads; a test must not inherit them. */
const VARIABLES = /^(AMQP_|EVENTCOUNTER_)/;

/** What a program that has ended left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of {@linkcode stderr} that are no log records. */
  readonly complaints: readonly string[];
}

/** How the program is to be run. */
export interface ProgramOptions {
  /** Environment variables besides the inherited ones that are not ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input. Default: nothing. */
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /** Another entry point than `main.ts`, relative to the repository. */
  readonly entry?: string;
  /** The working directory. Default: the repository. */
  readonly cwd?: string;
  /** A command that runs the one behind it, with its own arguments. */
  readonly through?: readonly string[];
}

/** Runs the program as a process of its own until it ends. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended> {
  const child = startProgram(args, options);
  return await child.ended;
}

/** A program that runs. */
export interface Running {
  readonly process: Deno.ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the program as a process of its own. */
export function startProgram(
  args: readonly string[],
  { env = {}, stdin, entry = MAIN, cwd = root, through = [] }: ProgramOptions =
    {},
): Running {
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([name]) => !VARIABLES.test(name));
  const [command, ...before] = [...through, Deno.execPath()];
  const process = new Deno.Command(command!, {
    args: [
      ...before,
      ...["run", "--quiet", "--no-prompt", "--no-lock", "-c", CONFIGURATION],
      ...(entry === MAIN ? PERMISSIONS : MORE_PERMISSIONS),
      ...[`${root}${entry}`, ...args],
    ],
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { process, ended: finish(process, stdin) };
}

/** Feeds a process that was started with all its streams piped. */
export async function finish(
  process: Deno.ChildProcess,
  stdin: string | Uint8Array<ArrayBuffer> | undefined,
): Promise<Ended> {
  const fed = stdin === undefined
    ? Promise.resolve()
    : new Blob([stdin]).stream().pipeTo(process.stdin);
  const [{ code, stdout, stderr }] = await Promise.all([process.output(), fed]);
  const errors = new TextDecoder().decode(stderr);
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: errors,
    complaints: errors.split("\n").filter((line) =>
      line !== "" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /.test(line)
    ).map((line) =>
      // What ended a run under --format json.
      /^{.*"exitCode":/.test(line)
        ? `eventcounter: ${JSON.parse(line).message}`
        : line
    ),
  };
}
