import {
  VARIABLES,
  VARIABLES_OF_OTLP,
  VARIABLES_OF_PACKAGES,
} from "../../src/cli/variables.ts";

/**
 * The permissions of the program, as flags of Deno. Which broker, which files
 * and which folders is known only when it runs, so network, read and write
 * cannot be narrower; `statfs` tells the room on a disk. The task `run`
 * in deno.json gives the same; a test holds the two equal.
 */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-sys=statfs",
  `--allow-env=${
    [...VARIABLES, ...VARIABLES_OF_PACKAGES, ...VARIABLES_OF_OTLP].join(",")
  }`,
];

/**
 * The permissions, and that all else is refused without a question, code from
 * elsewhere included (by default Deno imports from some hosts).
 */
export const FLAGS: readonly string[] = [
  "--no-prompt",
  "--deny-import",
  ...PERMISSIONS,
];
