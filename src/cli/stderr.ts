/** The width of a terminal that does not tell it. */
const USUAL_COLUMNS = 80;

/**
 * Standard error, shared by log records and a progress line that is rewritten
 * in place: a record first clears the line, which then comes back below it.
 */
export class StandardError {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #columns: () => number;
  #line = "";

  /** @param columns Tells how wide the terminal is now. */
  constructor(columns: () => number = terminalColumns) {
    this.#columns = columns;
  }

  /** Whether a progress line can be shown. */
  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** Writes a whole line. */
  writeLine(text: string): void {
    const progress = this.#line === "" ? "" : this.#cut(this.#line);
    this.#write(`${this.#clear()}${text}\n${progress}`);
  }

  /**
   * Shows the progress line, in place of the one before. It must be ASCII: as
   * much of it as the terminal is wide is shown, for only what has not gone on
   * to a second row can be replaced.
   */
  showProgress(line: string): void {
    this.#write(`${this.#clear()}${this.#cut(line)}`);
    this.#line = line;
  }

  /** Takes the progress line away. */
  endProgress(): void {
    this.#write(this.#clear());
    this.#line = "";
  }

  #cut(line: string): string {
    // In its last column, the cursor of some terminals is in the next row.
    return line.slice(0, this.#columns() - 1);
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

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}

const encoder = new TextEncoder();
