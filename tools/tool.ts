/**
 * What the tools that build have in common: their errors, their command lines,
 * and how they run other programs.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

/**
 * A tool cannot do what it was told. The message is one line that says what
 * failed, the value, and what to do.
 */
export class ToolError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ToolError";

  /** @param code The exit code: 1 it cannot be done, 2 wrong usage. */
  constructor(message: string, readonly code: 1 | 2 = 1) {
    super(message);
  }
}

/** Runs a tool, tells why it failed, and ends with its exit code. */
export async function runTool(
  tool: (args: string[]) => Promise<number>,
): Promise<never> {
  try {
    Deno.exit(await tool(Deno.args));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    console.error(error.message);
    Deno.exit(error.code);
  }
}

/**
 * Reads a command line.
 *
 * @param config As `parseArgs` of `node:util` takes it.
 * @throws {ToolError} With code 2 if an option is not known or lacks its value.
 */
export function readCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [why] = String(error).split("\n");
    throw new ToolError(`Cannot read the command line: ${why}`, 2);
  }
}

/** What a program left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** Without colours. */
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Variables beside those of this process, or instead; undefined: unset. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After so long, in ms, it is ended. Default: never. */
  readonly timeout?: number;
}

/**
 * Runs a program to its end and keeps what it says.
 *
 * @returns The code 127 if there is no such program.
 */
export async function run(
  program: string,
  args: readonly string[],
  { cwd = ".", env = {}, timeout }: RunOptions = {},
): Promise<Ended> {
  const quiet = { NO_COLOR: "1", RUST_BACKTRACE: "0" };
  const all = { ...Deno.env.toObject(), ...quiet, ...env };
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]]
        ),
      ),
      stdin: "null",
      ...(timeout === undefined
        ? {}
        : { signal: AbortSignal.timeout(timeout) }),
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 127, stdout: "", stderr: `there is no program ${program}` };
  }
}

/** The last line of what a program said: the cause, without Deno's number. */
export function lastLine({ stdout, stderr }: Ended): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n");
  return lines.at(-1)!.trim().replace(/^\d+: /, "");
}

/** A folder that is gone at the end. */
export class TemporaryFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Makes it. */
  static async make(): Promise<TemporaryFolder> {
    const path = await Deno.makeTempDir({ prefix: "eventcounter-build-" });
    return new TemporaryFolder(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
