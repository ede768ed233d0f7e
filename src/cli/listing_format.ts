import type { Listing, Row } from "../inspect/listing.ts";
import { grouped } from "../model/words.ts";
import { printable } from "./terminal.ts";
import { measureFor, type TextMeasure } from "./text_measure.ts";

/** How a listing can look. */
export type ListingFormat = "table" | "csv" | "json" | "ndjson";

/** Rows of a table that decide how wide its columns are. */
const MEASURED = 1000;

/** What a text in a table may take; what is longer is cut. */
const LONGEST_CELL = 80;

/** What is left of one where the terminal is narrow. */
const SHORTEST_CELL = 8;

/** Between two columns. */
const GAP = "  ";

/**
 * A listing as text, in pieces.
 *
 * @param room Columns of the terminal that a table has to fit. Default: it is
 * read by others, and takes what it needs.
 */
export function formatListing(
  listing: Listing,
  format: ListingFormat,
  room = Infinity,
): AsyncIterable<string> {
  return FORMATS[format](listing, room);
}

const FORMATS: Readonly<
  Record<
    ListingFormat,
    (listing: Listing, room: number) => AsyncIterable<string>
  >
> = { table, csv, json, ndjson };

/** For people. A later row that is wider than the first ones stands out. */
async function* table(
  { columns: all, tableColumns: names = all, pages }: Listing,
  room: number,
): AsyncGenerator<string> {
  let columns: readonly Column[] | undefined;
  for await (const page of gather(pages)) {
    const rows = page.map((row) =>
      Object.fromEntries(names.map((name) => [name, cellOf(row[name])]))
    );
    const measure = await measureFor(rows.flatMap(Object.values<string>));
    if (columns === undefined) {
      columns = fitted(columnsOf(names, page, rows, measure), room);
      yield lineOf(columns, ({ name }) => name, measure);
    }
    const made = columns;
    yield rows.map((row) => lineOf(made, ({ name }) => row[name]!, measure))
      .join("");
  }
}

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

/** As wide as these rows want them. */
function columnsOf(
  names: readonly string[],
  page: readonly Row[],
  rows: readonly Readonly<Record<string, string>>[],
  { widthOf }: TextMeasure,
): Column[] {
  return names.map((name) => {
    const width = Math.max(0, ...rows.map((row) => widthOf(row[name]!)));
    return {
      name,
      width: Math.max(name.length, Math.min(width, LONGEST_CELL)),
      isNumber: page.some((row) => typeof row[name] === "number"),
      isEmpty: width === 0,
    };
  });
}

/**
 * Makes a table fit: without columns that have nothing in them, and with the
 * widest texts cut, as far as that is enough.
 */
function fitted(columns: readonly Column[], room: number): Column[] {
  const taken = (columns: readonly Column[]) =>
    columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length);
  if (taken(columns) <= room) return [...columns];
  const shown = columns.filter(({ isEmpty }) => !isEmpty);
  const isCut = ({ width, isNumber }: Column) =>
    !isNumber && width > SHORTEST_CELL;
  while (taken(shown) > room && shown.some(isCut)) {
    const widest = Math.max(...shown.filter(isCut).map(({ width }) => width));
    const at = shown.findIndex((column) =>
      isCut(column) && column.width === widest
    );
    shown[at] = { ...shown[at]!, width: widest - 1 };
  }
  return shown;
}

function lineOf(
  columns: readonly Column[],
  textOf: (column: Column) => string,
  { widthOf, cut }: TextMeasure,
): string {
  return columns.map((column) => {
    const { width, isNumber } = column;
    const cell = isNumber ? textOf(column) : cut(textOf(column), width);
    const padding = " ".repeat(Math.max(0, width - widthOf(cell)));
    return isNumber ? padding + cell : cell + padding;
  }).join(GAP).trimEnd() + "\n";
}

/** Pages that are large enough to be measured, and one where there is none. */
async function* gather(pages: Listing["pages"]): AsyncGenerator<Row[]> {
  let gathered: Row[] = [];
  let isFirst = true;
  for await (const page of pages) {
    gathered.push(...page);
    if (gathered.length < MEASURED) continue;
    yield gathered;
    [gathered, isFirst] = [[], false];
  }
  if (isFirst || gathered.length > 0) yield gathered;
}

/** What a terminal can be shown of a value, whoever has written it. */
function cellOf(value: unknown): string {
  if (typeof value === "number") return grouped(value);
  return printable(textOf(value));
}

/** As RFC 4180 has it, with a header. */
async function* csv({ columns, pages }: Listing): AsyncGenerator<string> {
  const line = (values: readonly unknown[]) =>
    values.map(field).join(",") + "\r\n";
  yield line(columns);
  for await (const page of pages) {
    yield page.map((row) => line(columns.map((name) => row[name]))).join("");
  }
}

function field(value: unknown): string {
  const text = textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** One array of objects, an object a line. */
async function* json({ pages }: Listing): AsyncGenerator<string> {
  let before = "[\n";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map((row) => JSON.stringify(row)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** An object a line. */
async function* ndjson({ pages }: Listing): AsyncGenerator<string> {
  for await (const page of pages) {
    yield page.map((row) => JSON.stringify(row) + "\n").join("");
  }
}
