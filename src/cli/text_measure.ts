/** What a terminal makes of texts. */
export interface TextMeasure {
  /** The columns that a text takes. */
  readonly widthOf: (text: string) => number;
  /** The text in at most so many columns, with `…` at its end if it is cut. */
  readonly cut: (text: string, columns: number) => string;
}

/** The measure of printable ASCII: a column for each character. */
export const ASCII: TextMeasure = {
  widthOf: (text) => text.length,
  cut: (text, columns) =>
    text.length <= columns ? text : `${text.slice(0, columns - 1)}…`,
};

/**
 * Finds a measure for texts. Most are ASCII; for others packages are loaded,
 * which takes some 20 ms (`Intl.Segmenter`).
 */
export async function measureFor(
  texts: Iterable<string>,
): Promise<TextMeasure> {
  for (const text of texts) {
    if (!/^[ -~]*$/.test(text)) return await import("./unicode_measure.ts");
  }
  return ASCII;
}
