import { until } from "./until.ts";

/** Where a program runs on a terminal. */
export interface TerminalOptions {
  readonly cwd?: string;
  /** Environment variables besides the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** The width of the terminal. Default: 80. */
  readonly columns?: number;
}

/** A program on a pseudo-terminal of its own, which script(1) makes. */
export class Terminal implements AsyncDisposable {
  /** The exit code of the program. */
  readonly ended: Promise<number>;
  /** All that the program has written, to whichever of its streams. */
  text = "";
  hasEnded = false;
  readonly #script: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;

  /** Starts a program, given with its arguments. */
  constructor(
    command: readonly string[],
    { cwd = "/", env = {}, columns = 80 }: TerminalOptions = {},
  ) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const line = `tty; stty cols ${columns}; exec ${quoted.join(" ")}`;
    this.#script = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", line, "/dev/null"],
      cwd,
      env: { ...env, NO_COLOR: "1", SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keyboard = this.#script.stdin.getWriter();
    this.ended = this.#read();
  }

  /** Types keys; `\x03` is Ctrl-C. A program that has ended takes none. */
  async type(keys: string): Promise<void> {
    try {
      await this.#keyboard.write(new TextEncoder().encode(keys));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  /** Waits until the program has written this. */
  async shows(text: string): Promise<void> {
    await until(`the terminal shows ${text}`, () => {
      if (this.text.includes(text)) return true;
      if (this.hasEnded) throw new Error(`It has ended: ${this.text}`);
      return false;
    });
  }

  /** Makes the terminal wider or narrower. */
  async resize(columns: number): Promise<void> {
    const [device] = this.text.split("\r\n", 1);
    const { success } = await new Deno.Command("stty", {
      args: ["-F", device!, "cols", `${columns}`],
    }).output();
    if (!success) throw new Error(`Cannot resize ${device}`);
  }

  /** Closes the terminal, as who closes its window does. */
  hangUp(): void {
    this.#script.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) this.hangUp();
    await this.ended;
    await this.#keyboard.close().catch(() => {});
  }

  async #read(): Promise<number> {
    for await (
      const piece of this.#script.stdout.pipeThrough(new TextDecoderStream())
    ) this.text += piece;
    const { code } = await this.#script.status;
    this.hasEnded = true;
    return code;
  }
}
