/** What the lines of a paragraph begin with. */
export interface Indents {
  /** The first line. */
  readonly first: string;
  /** All others. */
  readonly rest: string;
}

/**
 * Breaks a paragraph into lines of at most so many columns, where words are not
 * longer.
 *
 * @param width Default: 78.
 */
export function wrapText(
  text: string,
  { first, rest }: Indents,
  width = 78,
): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const isEmpty = line === (lines.length === 0 ? first : rest);
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
