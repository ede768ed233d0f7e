import type { Listing, Row } from "../inspect/listing.ts";
import { grouped } from "../model/words.ts";
import { printable } from "./terminal.ts";
import { ASCII, measureFor, type TextMeasure } from "./text_measure.ts";

/** Rows of a table that decide how wide its columns are. */
const MEASURED = 1000;

/** What a text in a table may take; what is longer is cut. */
const LONGEST_CELL = 80;

/** What is left of one where the terminal is narrow. */
const SHORTEST_CELL = 8;

/** Spaces between two columns. */
const GAP = 2;

/** The same where the terminal is narrow. */
const SMALLEST_GAP = 1;

/** Characters of a text that are looked at, so that bodies are not kept. */
const LOOKED_AT = 5 * LONGEST_CELL;

/**
 * A listing as a table for people. A later row that is wider than the first ones
 * stands out.
 *
 * @param room Columns that it has to fit.
 */
export async function* table(
  { columns: all, tableColumns: names = all, pages }: Listing,
  room: number,
): AsyncGenerator<string> {
  let layout: Layout | undefined;
  for await (const rows of gather(pages, names)) {
    const texts = rows.flatMap((row) =>
      Object.values(row).filter((cell) => typeof cell === "string")
    );
    const measure = await measureFor(texts);
    if (layout === undefined) {
      const first = rows.slice(0, MEASURED);
      layout = fitted(
        names.map((name) => columnOf(name, first, measure)),
        room,
      );
      yield lineOf(layout, ({ name }) => name, ASCII);
    }
    const made = layout;
    yield rows.map((row) =>
      lineOf(made, ({ name }) => shown(row[name]!), measure)
    ).join("");
  }
}

/** What a table shows of a row: numbers, and beginnings of texts. */
type CellRow = Readonly<Record<string, number | string>>;

/** A column of a table. */
interface Column {
  readonly name: string;
  /** What its cells may take. */
  readonly width: number;
  /** Numbers stand to the right, and are never cut. */
  readonly isNumber: boolean;
  /** Whether no row has anything in it. */
  readonly isEmpty: boolean;
}

/** How a table stands. */
interface Layout {
  readonly columns: readonly Column[];
  readonly gap: number;
}

/** As wide as these rows want it. */
function columnOf(
  name: string,
  rows: readonly CellRow[],
  { widthOf }: TextMeasure,
): Column {
  const cells = rows.map((row) => row[name]!);
  const width = Math.max(0, ...cells.map((cell) => widthOf(shown(cell))));
  return {
    name,
    width: Math.max(name.length, Math.min(width, LONGEST_CELL)),
    isNumber: cells.some((cell) => typeof cell === "number"),
    isEmpty: width === 0,
  };
}

/**
 * Makes a table fit: without columns that have nothing in them, closer together,
 * and with the widest texts cut, as far as that is enough.
 */
function fitted(columns: readonly Column[], room: number): Layout {
  if (taken({ columns, gap: GAP }) <= room) return { columns, gap: GAP };
  const shown = columns.filter(({ isEmpty }) => !isEmpty);
  if (taken({ columns: shown, gap: GAP }) <= room) {
    return { columns: shown, gap: GAP };
  }
  const layout = { columns: shown, gap: SMALLEST_GAP };
  const isCut = ({ width, isNumber }: Column) =>
    !isNumber && width > SHORTEST_CELL;
  while (taken(layout) > room && shown.some(isCut)) {
    const widest = Math.max(...shown.filter(isCut).map(({ width }) => width));
    const at = shown.findIndex((column) =>
      isCut(column) && column.width === widest
    );
    shown[at] = { ...shown[at]!, width: widest - 1 };
  }
  return layout;
}

function taken({ columns, gap }: Layout): number {
  return columns.reduce((sum, { width }) => sum + width + gap, -gap);
}

function lineOf(
  { columns, gap }: Layout,
  textOf: (column: Column) => string,
  { widthOf, cut }: TextMeasure,
): string {
  return columns.map((column) => {
    const { width, isNumber } = column;
    const cell = isNumber ? textOf(column) : cut(textOf(column), width);
    const padding = " ".repeat(Math.max(0, width - widthOf(cell)));
    return isNumber ? padding + cell : cell + padding;
  }).join(" ".repeat(gap)).trimEnd() + "\n";
}

/** Pages that are large enough to be measured, and one where there is none. */
async function* gather(
  pages: Listing["pages"],
  names: readonly string[],
): AsyncGenerator<CellRow[]> {
  let gathered: CellRow[] = [];
  let isFirst = true;
  for await (const page of pages) {
    for (const row of page) gathered.push(cellsOf(row, names));
    if (gathered.length < MEASURED) continue;
    yield gathered;
    [gathered, isFirst] = [[], false];
  }
  if (isFirst || gathered.length > 0) yield gathered;
}

function cellsOf(row: Row, names: readonly string[]): CellRow {
  return Object.fromEntries(names.map((name) => {
    const value = row[name];
    return [name, typeof value === "number" ? value : beginningOf(value)];
  }));
}

/** What a terminal can be shown of a value, whoever has written it. */
function beginningOf(value: unknown): string {
  const text = printable(textOf(value).slice(0, LOOKED_AT));
  // A part of a text keeps all of it in memory; a copy does not.
  return text.length < LOOKED_AT ? text : structuredClone(text);
}

function shown(cell: number | string): string {
  return typeof cell === "number" ? grouped(cell) : cell;
}

/** What a listing tells, as text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
