/**
 * What the executable may do: the one place that says so.
 *
 * @module
 */
import { VARIABLES } from "../../src/cli/variables.ts";

/**
 * The permissions of the program, as flags of Deno. Which broker, which files
 * and which folders is known only when it runs, so network, read and write
 * cannot be narrower. The task `eventcounter` in deno.json gives the same; a
 * test holds the two equal.
 */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  `--allow-env=${VARIABLES.join(",")}`,
];

/**
 * More flags of an executable: what is not allowed is refused without a
 * question, and code from elsewhere (by default Deno imports from some hosts)
 * is not allowed.
 */
export const REFUSALS: readonly string[] = ["--no-prompt", "--deny-import"];
