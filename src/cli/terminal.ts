/** The width of a terminal that does not tell it. */
const USUAL_COLUMNS = 80;

/** How wide the terminal is now. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}

/** Whether a terminal can go back in a line and clear it. */
export function canRewriteLines(): boolean {
  try {
    return Deno.env.get("TERM") !== "dumb";
  } catch {
    return true;
  }
}

/** Whether what is written to a stream may have colours; see no-color.org. */
export function hasColors(stream: { isTerminal(): boolean }): boolean {
  return stream.isTerminal() && !Deno.noColor && canRewriteLines();
}

/** Draws in the colour of bars. */
export function colored(text: string): string {
  return `\x1b[36m${text}\x1b[39m`;
}

/**
 * A name from outside, for a terminal: what would move its cursor or turn the
 * direction of its text is shown as an escape sequence of JSON.
 */
export function printable(name: string): string {
  return name.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A text in lines of at most so many characters, as far as its words allow; a
 * number stays with what it counts.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<!\d) /)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word);
    } else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Where a text is to be read. */
export interface Page {
  /** How wide it is. */
  readonly columns: number;
  /** Whether it may have colours. */
  readonly colors: boolean;
  /** Whether a long sentence goes on below; other programs get whole lines. */
  readonly wraps: boolean;
}

/** Standard output as whoever reads it sees it. */
export function standardOutputPage(): Page {
  return {
    columns: Deno.stdout.isTerminal() ? terminalColumns() : USUAL_COLUMNS,
    colors: hasColors(Deno.stdout),
    wraps: Deno.stdout.isTerminal(),
  };
}
