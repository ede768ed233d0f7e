import { fileURLToPath } from "node:url";
import { CONFIGURATION } from "../support/program.ts";
import { heading, type Report, rounded } from "./report.ts";

const PROGRAM = fileURLToPath(new URL("memory_program.ts", import.meta.url));

/** Resident bytes for each UUID in a set, beyond those at the start. */
export interface MemoryTaken {
  /** The most in the second half of its growth. */
  readonly worst: number;
  readonly last: number;
}

/**
 * Resident memory per seen UUID, at its worst over a growing set: right after
 * tables have grown they are at their emptiest.
 */
export async function benchMemory(
  report: Report,
  { size }: { size: number },
): Promise<void> {
  heading(
    "Memory of seen ids",
    `up to ${rounded(size)} UUIDs, resident bytes beyond the start`,
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-lock", "--allow-all", "-c", CONFIGURATION],
      ...[PROGRAM, `${size}`],
    ],
    stderr: "inherit",
  }).output();
  const taken: MemoryTaken = JSON.parse(new TextDecoder().decode(stdout));
  report.note(
    `A UUID that has been seen takes ${
      taken.worst.toFixed(1)
    } resident bytes at worst, ${
      taken.last.toFixed(1)
    } at the end, in a set of ${rounded(size / 2)} that grows to ${
      rounded(size)
    }.`,
  );
}
