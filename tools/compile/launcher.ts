import { VARIABLES_OF_OTLP } from "../../src/cli/variables.ts";
import { FLAGS } from "./permissions.ts";

/** What a shell script starts, in words of the shell. */
export interface Launched {
  /** The runtime, quoted as far as it needs it. */
  readonly runtime: string;
  /** The bundled program, quoted as far as it needs it. */
  readonly program: string;
  /** Deno's folder for the code that V8 compiled, quoted likewise. */
  readonly cache: string;
}

/** The program is whole by itself: nothing is looked for outside of it. */
const CLOSED = [
  ...["--quiet", "--no-config", "--no-lock"],
  ...["--no-remote", "--no-npm", "--cached-only"],
];

/**
 * The end of a POSIX shell script that becomes the program, with the script's
 * arguments. It unsets the variables that the runtime itself heeds: most are
 * documented nowhere; some give away the program's rights
 * (`DENO_UNSTABLE_CONTROL_SOCK` runs what comes through a socket), send what it
 * prints to somebody, or end it.
 */
export function launch({ runtime, program, cache }: Launched): string {
  return `# Variables that Deno heeds would change what the program may do and says.
set -f
IFS='
'
for line in $(export -p); do
  name=\${line%%=*} && name=\${name##* }
  case $name in
    *[!A-Za-z0-9_]* | ${VARIABLES_OF_OTLP.join(" | ")}) ;;
    DENO_* | NODE_* | OTEL_* | SSLKEYLOGFILE) unset "$name" ;;
  esac
done
export DENO_DIR=${cache} DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
exec ${runtime} run ${[...CLOSED, ...FLAGS].join(" ")} ${program} "$@"`;
}
