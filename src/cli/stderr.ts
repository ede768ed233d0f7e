import { canRewriteLines, terminalColumns } from "./terminal.ts";

/** A line that is rewritten in place. */
export interface ProgressLine {
  readonly text: string;
  /** The columns that it takes, fewer than the terminal has. */
  readonly width: number;
}

/**
 * Standard error, shared by log records and a progress line that is rewritten
 * in place: a record first clears the line, which then comes back below it.
 */
export class StandardError {
  /** Whether a progress line can be shown. */
  readonly canShowProgress = Deno.stderr.isTerminal() && canRewriteLines();
  readonly #columns: () => number;
  #draw: ((columns: number) => ProgressLine) | undefined;
  /** The width of the line that stands there. */
  #width = 0;

  /** @param columns Tells how wide the terminal is now. */
  constructor(columns: () => number = terminalColumns) {
    this.#columns = columns;
  }

  /** Writes a whole line. */
  writeLine(text: string): void {
    this.#write(`${this.#clear()}${text}\n${this.#line()}`);
  }

  /**
   * Shows the progress line, in place of the one before.
   *
   * @param draw Makes the line for a terminal of so many columns. It has to be
   * narrower: in the last column, the cursor of some is in the next row.
   */
  showProgress(draw: (columns: number) => ProgressLine): void {
    const cleared = this.#clear();
    this.#draw = draw;
    this.#write(`${cleared}${this.#line()}`);
  }

  /** Takes the progress line away. */
  endProgress(): void {
    this.#write(this.#clear());
    this.#draw = undefined;
  }

  #line(): string {
    if (this.#draw === undefined) return "";
    const { text, width } = this.#draw(this.#columns());
    this.#width = width;
    return text;
  }

  /** A terminal that has become narrower has broken the line into rows. */
  #clear(): string {
    if (this.#width === 0) return "";
    const rows = Math.ceil(this.#width / this.#columns());
    this.#width = 0;
    return rows === 1 ? "\r\x1b[K" : `\r\x1b[${rows - 1}A\x1b[J`;
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
