import { type Ended, runProgram } from "./program.ts";

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
  const blocks = String(Math.ceil(bytes / BLOCK));
  return await runProgram(args, {
    through: ["sh", "-c", SCRIPT, "sh", blocks],
  });
}
