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

/**
 * Variables of the runtime begin with one of these. Most are documented nowhere;
 * some give away the program's rights (`DENO_UNSTABLE_CONTROL_SOCK` runs what
 * comes through a socket), send what it prints to somebody, or end it.
 */
const FOREIGN = ["DENO_*", "NODE_*", "OTEL_*", "SSLKEYLOGFILE"];

/**
 * The commands, a line each, for a POSIX shell; the last one replaces the shell
 * by the program with the script's own arguments.
 */
export function startCommands(
  { runtime, program, cache, flags }: Start,
): string[] {
  const quoted = [...CLOSED, ...flags].map(quotedWord);
  return [
    // A path that this user cannot look at is a folder all the same.
    '[ -d "${PWD:-}" ] || [ -n "$(pwd -P 2>/dev/null)" ] || {',
    "  echo 'eventcounter: Cannot start in this folder: it is gone; change to another one' >&2",
    "  exit 73",
    "}",
    "# Variables of the runtime would change what the program may do and says.",
    "set -f",
    "IFS='",
    "'",
    "for line in $(export -p); do",
    "  name=${line%%=*} && name=${name##* }",
    "  case $name in",
    "    *[!A-Za-z0-9_]*) ;;",
    `    ${FOREIGN.join(" | ")}) unset "$name" ;;`,
    "  esac",
    "done",
    `DENO_DIR=${cache} DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1`,
    "export DENO_DIR DENO_NO_UPDATE_CHECK DENO_NO_PACKAGE_JSON",
    `exec ${runtime} run ${quoted.join(" ")} ${program} "$@"`,
  ];
}

/** A word that a POSIX shell reads as exactly this text. */
function quotedWord(text: string): string {
  if (/^[\w=,.\/-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
