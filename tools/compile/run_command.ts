/** What a command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Gives it no other variables. Default: it inherits all. */
  readonly clearEnv?: boolean;
  /** After so long, in ms, it is ended. Default: never. */
  readonly timeout?: number;
}

/**
 * Runs a command to its end, without colours in what it says.
 *
 * @returns The code 127 and the reason on `stderr` if it could not be started.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {}, clearEnv = false, timeout }: CommandOptions = {},
): Promise<CommandResult> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      env: { NO_COLOR: "1", ...env },
      clearEnv,
      stdin: "null",
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeout === undefined
        ? {}
        : { signal: AbortSignal.timeout(timeout) }),
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } catch (error) {
    return { code: 127, stdout: "", stderr: String(error) };
  }
}

/** The line of an output that tells most: the last that names an error. */
export function telling(output: string): string {
  const lines = output.split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
  const error = lines.findLast((line) => /error|cannot|failed/i.test(line));
  // Deno numbers the causes of an error.
  return (error ?? lines.at(-1) ?? "it said nothing")
    .replace(/^(\d+: |error: )+/, "").replace(/\.$/, "");
}
