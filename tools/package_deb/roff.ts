/**
 * Text for manual pages, in the man macros of roff.
 *
 * @module
 */

/** What roff reads as something else, or prints as another character. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq",
  "–": "\\(en",
};

/** Columns of a line of the source; roff fills the lines that people see. */
const WIDTH = 76;

/** Text that roff prints as it is, wherever it stands in a line. */
export function escaped(text: string): string {
  const plain = text.replaceAll(/[\\\-'`^~"–]/g, (found) => SPECIAL[found]!)
    .replaceAll(
      /[^\n\x20-\x7e]/gu,
      (found) =>
        `\\[u${
          found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")
        }]`,
    );
  // At the beginning of a line a full stop would begin a request.
  return plain.startsWith(".") ? `\\&${plain}` : plain;
}

/**
 * Lines of running text: each sentence begins one, as roff wants it to set the
 * space between sentences, and none is long.
 */
export function running(text: string): string {
  return text.split(/(?<=[.!?]) +(?=[A-Z])/).map(wrapped).join("\n");
}

function wrapped(sentence: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of sentence.trim().split(/\s+/)) {
    if (line !== "" && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].map(escaped).join("\n");
}

/** Text in bold: what is typed as it stands. */
export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** Text in italics: what stands for something else. */
export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

/** A section with a heading. */
export function section(heading: string, ...parts: string[]): string {
  return [`.SH ${argument(heading.toUpperCase())}`, ...parts].join("\n");
}

/** A part of a section, with a heading of its own. */
export function subsection(heading: string, ...parts: string[]): string {
  return [`.SS ${argument(heading)}`, ...parts].join("\n");
}

/** A term, already in roff, and below it what it means. */
export function item(term: string, meaning: string): string {
  return `.TP\n${term}\n${meaning}`;
}

/** Lines that are shown as they are, indented. */
export function verbatim(lines: readonly string[]): string {
  return [".RS 4", ".nf", ...lines.map(escaped), ".fi", ".RE"].join("\n");
}

function argument(text: string): string {
  return /\s/.test(text) ? `"${escaped(text)}"` : escaped(text);
}
