/**
 * Standard error, shared by log records and a progress line that is rewritten
 * in place: a record first clears the line, which then comes back below it.
 */
export class StandardError {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #line = "";

  /** Whether a progress line can be shown. */
  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** Writes a whole line. */
  writeLine(text: string): void {
    const progress = this.#line === "" ? "" : `\n${this.#line}`;
    this.#write(`${this.#clear()}${text}${progress || "\n"}`);
  }

  /** Shows the progress line, in place of the one before. */
  showProgress(line: string): void {
    this.#write(`${this.#clear()}${line}`);
    this.#line = line;
  }

  /** Takes the progress line away. */
  endProgress(): void {
    this.#write(this.#clear());
    this.#line = "";
  }

  #clear(): string {
    return this.#line === "" ? "" : "\r\x1b[K";
  }

  #write(text: string): void {
    if (text === "") return;
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) {
        at += Deno.stderr.writeSync(bytes.subarray(at));
      }
    } catch {
      // A terminal that was closed ends no run: the files tell what happened.
    }
  }
}

const encoder = new TextEncoder();
