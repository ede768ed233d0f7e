/**
 * Lays text out in columns.
 *
 * @module
 */
import { CODE, openStyles, textWidth } from "./ansi.ts";

/** How a table is laid out. All sizes are in columns of the terminal. */
export interface TableLayout {
  /** Spaces behind each column but the last: one number, or one by column. */
  padding: number | number[];
  /** Spaces before each line. Default: none. */
  indent?: number;
  /** The width the table is shrunk to. Default: no limit. */
  maxWidth?: number;
  /** The width each column is wrapped at. Default: no limit. */
  maxColumnWidth?: number;
  /** By column, how much it gives way when shrunk. Default: not at all. */
  shrink?: number[];
}

/**
 * Lays rows out in columns.
 *
 * Cells that are too long are wrapped, and every cell is filled up with
 * spaces, the last one of a line too, which is what Cliffy does.
 *
 * @param rows The cells, which may hold line ends and colours.
 * @param layout How to lay them out.
 * @returns The lines without a line end behind the last.
 */
export function textTable(rows: string[][], layout: TableLayout): string {
  const columns = rows[0]?.length ?? 0;
  const indent = " ".repeat(layout.indent ?? 0);
  const widths = columnWidths(rows, columns, layout);
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((cell, column) => {
        const text = cell[line] ?? "";
        const gap = column < columns - 1 ? paddingOf(layout, column) : 0;
        const fill = (widths[column] ?? 0) - textWidth(text);
        // A wide letter can be wider than a column that gave way.
        return text + " ".repeat(Math.max(fill, 0) + gap);
      });
      return indent + parts.join("");
    });
  });
  return lines.join("\n");
}

function paddingOf({ padding }: TableLayout, column: number): number {
  return typeof padding === "number" ? padding : padding[column] ?? 0;
}

function columnWidths(
  rows: string[][],
  columns: number,
  layout: TableLayout,
): number[] {
  const most = layout.maxColumnWidth ?? Infinity;
  const widths: number[] = [];
  let padding = 0;
  for (let column = 0; column < columns; column++) {
    const lines = rows.flatMap((row) => (row[column] ?? "").split("\n"));
    const longest = lines.map((line) => textWidth(takeWords(most, line)));
    widths.push(Math.min(most, Math.max(...longest)));
    if (column < columns - 1) padding += paddingOf(layout, column);
  }
  shrink(widths, layout.shrink ?? [], (layout.maxWidth ?? Infinity) - padding);
  return widths;
}

/**
 * Narrows columns until they fit.
 *
 * Each round spreads the excess over the columns that give way, by their
 * weight and width. A column keeps at least one place, so a very narrow
 * terminal may still be too narrow.
 */
function shrink(widths: number[], weights: number[], available: number): void {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  let changed = true;
  while (changed && sum(widths) > available) {
    changed = false;
    const excess = sum(widths) - available;
    const scaled = sum(
      widths.map((width, column) => width * (weights[column] ?? 0)),
    );
    for (const [column, width] of widths.entries()) {
      const weight = weights[column] ?? 0;
      if (weight === 0 || width === 0) continue;
      const part = 1 - excess * weight / scaled;
      const narrowed = Math.max(1, Math.floor(width * part));
      if (narrowed === width) continue;
      widths[column] = narrowed;
      changed = true;
    }
  }
}

/** Breaks a cell into lines of at most `width` columns. */
function wrap(cell: string, width: number): string[] {
  if (width <= 0) return [""];
  const lines: string[] = [];
  let rest = cell;
  let styles = "";
  do {
    const most = Math.min(width, textWidth(rest));
    let taken = takeWords(most, rest);
    const tooLong = textWidth(taken) > most;
    if (tooLong) taken = takeLetters(most, taken);
    // What follows whole words is a space or a line end, which is dropped.
    rest = rest.slice(taken.length + (tooLong ? 0 : 1));
    const { end, resume } = openStyles(styles + taken);
    lines.push(styles + taken + end);
    styles = resume;
  } while (rest.length > 0);
  return lines;
}

/**
 * Takes as many words of the first line as fit, and at least one.
 *
 * The space before a word is not counted, as in Cliffy, so a word that would
 * fit exactly is left for the next line.
 */
function takeWords(width: number, text: string): string {
  const [line = ""] = text.split("\n", 1);
  let taken = "";
  for (const [index, word] of line.split(" ").entries()) {
    if (taken && textWidth(taken) + textWidth(word) >= width) break;
    taken += index > 0 ? ` ${word}` : word;
  }
  return taken;
}

/** Takes as many letters of the first line as fit, and at least one. */
function takeLetters(width: number, text: string): string {
  const [line = ""] = text.split("\n", 1);
  const pieces = new RegExp(`(?:${CODE.source})+|.`, "gu");
  let taken = "";
  for (const [piece] of line.matchAll(pieces)) {
    if (taken && textWidth(taken) + textWidth(piece) > width) break;
    taken += piece;
  }
  return taken;
}
