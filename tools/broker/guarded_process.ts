/** A signal for a guarded process, by the name that the shell's `kill` takes. */
export type GuardSignal = "TERM" | "INT" | "KILL";

/** What a {@linkcode GuardedProcess} runs, and how it ends. */
export interface GuardedProcessOptions {
  /** A path, or a name to look up in the environment's `PATH`. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder it runs in. */
  readonly folder: string;
  /** The file that its output and its errors are appended to. */
  readonly log: string;
  /** What it is sent when this process has died. Default `KILL`. */
  readonly orphanSignal?: GuardSignal;
  /** What is deleted when this process has died. Default nothing. */
  readonly orphanFolder?: string;
}

/** How long an orderly end may take before a `KILL` follows, in ms. */
const END_LIMIT = 30_000;

/**
 * `$1` log, `$2` orphan signal, `$3` orphan folder or nothing, then the program
 * and its arguments.
 */
const GUARD_SCRIPT = `
log=$1 orphan_signal=$2 orphan_folder=$3
shift 3
exec 3<&0 </dev/null 2>>"$log"
"$@" >>"$log" 3<&- &
child=$!
echo "$child"
exec >&-
(
  while read -r order <&3; do kill -s "$order" "$child"; done
  trap '' TERM
  kill -s "$orphan_signal" "$child"
  exit 99
) &
watcher=$!
exec 3<&-
wait "$child"
code=$?
exec 2>/dev/null
kill -s TERM "$watcher"
wait "$watcher"
if [ $? -eq 99 ] && [ -n "$orphan_folder" ]; then
  # Another process of the same owner may still be writing there as it dies.
  tries=100
  while rm -rf "$orphan_folder"
    [ -e "$orphan_folder" ] && [ "$tries" -gt 0 ]
  do
    tries=$((tries - 1))
    sleep 0.1
  done
fi
exit "$code"
`;

/**
 * A child process that cannot outlive this one, however this one ends.
 *
 * Between the two stands a shell, the guard. It reads orders, signal names,
 * from a pipe whose other end this process holds. When this process dies, even
 * by SIGKILL, the system closes that end, and the guard kills its child. All
 * signals go through the guard because it is the child's parent.
 */
export class GuardedProcess {
  /** The process id of the program itself, not of the guard. */
  readonly pid: number;
  /**
   * Resolves with the exit code (128 + n after signal n) when the program has
   * ended; never rejects.
   */
  readonly ended: Promise<number>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #running = true;

  private constructor(pid: number, guard: Deno.ChildProcess) {
    this.pid = pid;
    this.#orders = guard.stdin.getWriter();
    this.ended = this.#watch(guard);
  }

  /**
   * Starts the program and returns as soon as it has a process id. A program
   * that does not exist ends at once with code 127.
   *
   * @throws {Error} If the guard cannot be started.
   */
  static async start(options: GuardedProcessOptions): Promise<GuardedProcess> {
    const guard = new Deno.Command("sh", {
      args: [
        "-c",
        GUARD_SCRIPT,
        "guard",
        options.log,
        options.orphanSignal ?? "KILL",
        options.orphanFolder ?? "",
        options.program,
        ...options.args,
      ],
      cwd: options.folder,
      clearEnv: true,
      env: { ...options.environment },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // A session of its own: what a terminal, or `timeout`, sends to a whole
      // process group is meant for this process, which may still need the
      // program for an orderly end.
      detached: true,
    }).spawn();
    const pid = Number(await new Response(guard.stdout).text());
    if (!(pid > 0)) {
      const { code } = await guard.status;
      throw new Error(
        `Cannot start ${options.program}: its guard ended with code ${code}`,
      );
    }
    return new GuardedProcess(pid, guard);
  }

  /** Whether the program has not ended yet. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * Sends a signal and waits for the end, if the program is still running.
   * After 30 s a `KILL` follows.
   */
  async end(signal: GuardSignal): Promise<void> {
    await this.#order(signal);
    const timer = setTimeout(() => this.#order("KILL"), END_LIMIT);
    await this.ended;
    clearTimeout(timer);
  }

  async #order(signal: GuardSignal): Promise<void> {
    if (!this.#running) return;
    try {
      await this.#orders.write(new TextEncoder().encode(`${signal}\n`));
    } catch (error) {
      // It has just ended by itself, and the guard with it.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  async #watch(guard: Deno.ChildProcess): Promise<number> {
    const { code } = await guard.status;
    this.#running = false;
    // Nobody reads the pipe any more: that closing it may fail is no news.
    await this.#orders.close().catch(() => {});
    return code;
  }
}
