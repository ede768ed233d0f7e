/**
 * How a shell script becomes the program: the same wherever the runtime is a
 * file beside the program.
 *
 * @module
 */

/** What is started, in words of the shell. */
export interface Start {
  /** The runtime, quoted as far as it needs it. */
  readonly runtime: string;
  /** The bundled program, quoted as far as it needs it. */
  readonly program: string;
  /** The folder of Deno's own cache (the code that V8 compiled). */
  readonly cache: string;
  /** Permissions and the like, as flags of `deno run`. */
  readonly flags: readonly string[];
}

/** The program is whole by itself: nothing is looked for outside of it. */
const CLOSED = [
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--cached-only",
];

/** Settings of other programs that would change what this one may or does. */
const FOREIGN = [
  "NODE_OPTIONS",
  "DENO_PERMISSION_BROKER_PATH",
  "DENO_COVERAGE_DIR",
  "DENO_CONDITIONS",
  "DENO_SERVE_ADDRESS",
  "DENO_AUTO_SERVE",
];

/**
 * The commands, a line each, for a POSIX shell; the last one replaces the shell
 * by the program with the script's own arguments.
 */
export function startCommands(
  { runtime, program, cache, flags }: Start,
): string[] {
  const quoted = [...CLOSED, ...flags].map(quotedWord);
  return [
    `DENO_DIR=${cache} DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1`,
    "export DENO_DIR DENO_NO_UPDATE_CHECK DENO_NO_PACKAGE_JSON",
    "# Settings of other programs that would change what this one may or does.",
    `unset ${FOREIGN.join(" ")}`,
    `exec ${runtime} run ${quoted.join(" ")} ${program} "$@"`,
  ];
}

/** A word that a POSIX shell reads as exactly this text. */
function quotedWord(text: string): string {
  if (/^[\w=,.\/-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
