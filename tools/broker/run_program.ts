/**
 * Runs a program with `AMQP_URL` set, on this process's own standard streams,
 * and passes SIGINT and SIGTERM on to it.
 *
 * @param program A path or a name in the search path; `deno` is this Deno.
 * @returns Its exit code: 128 + n after signal n, 127 if there is no such
 * program.
 */
export async function runProgram(
  url: string,
  program: string,
  args: readonly string[],
): Promise<number> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program === "deno" ? Deno.execPath() : program, {
      args: [...args],
      env: { AMQP_URL: url },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`Cannot run ${program}: there is no such program`);
    return 127;
  }
  const interrupt = () => {
    // A terminal has already sent it to the program as well.
    if (!Deno.stdin.isTerminal()) child.kill("SIGINT");
  };
  const terminate = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", terminate);
  try {
    return (await child.status).code;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", terminate);
  }
}
