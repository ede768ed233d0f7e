import { fileURLToPath } from "node:url";
import type { Ended } from "./program.ts";

/** Bytes in a block of `ulimit -f` (POSIX). */
const BLOCK = 512;

/** Where a write fails that would go beyond the limit, instead of a signal. */
const SCRIPT = 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"';

/**
 * Runs the program where no file may become larger than a limit: to whoever
 * writes, that is much like a full disk, and anybody may set it.
 *
 * @param bytes The limit, rounded up to blocks of 512.
 */
export async function runLimited(
  args: readonly string[],
  bytes: number,
): Promise<Ended> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const configuration = import.meta.resolve("@cliffy/command")
      .startsWith("jsr:")
    ? "deno.json"
    : "tools/npm_only/deno.json";
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", SCRIPT, "sh", String(Math.ceil(bytes / BLOCK))],
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-lock"],
      ...["-c", `${root}${configuration}`, "--allow-net", "--allow-read"],
      ...["--allow-write", "--allow-env", `${root}main.ts`, ...args],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const errors = decoder.decode(stderr);
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: errors,
    complaints: errors.split("\n").filter((line) =>
      line !== "" && !/^\d\d:\d\d:\d\d /.test(line)
    ),
  };
}
