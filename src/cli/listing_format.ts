import type { Listing, Row } from "../inspect/listing.ts";
import { grouped } from "../model/words.ts";
import { printable } from "./terminal.ts";
import { measureFor, type TextMeasure } from "./text_measure.ts";

/** How a listing can look. */
export type ListingFormat = "table" | "csv" | "json" | "ndjson";

/** Rows of a table that decide how wide its columns are. */
const MEASURED = 1000;

/** Columns that a cell of a table takes; what is longer is cut. */
const LONGEST_CELL = 80;

/** A listing as text, in pieces. */
export function formatListing(
  listing: Listing,
  format: ListingFormat,
): AsyncIterable<string> {
  return FORMATS[format](listing);
}

const FORMATS: Readonly<
  Record<ListingFormat, (listing: Listing) => AsyncIterable<string>>
> = { table, csv, json, ndjson };

/** For people. A later row that is wider than the first ones stands out. */
async function* table(
  { columns: all, tableColumns: columns = all, pages }: Listing,
): AsyncGenerator<string> {
  let layout: readonly Column[] | undefined;
  for await (const page of gather(pages)) {
    const whole = page.map((row) => columns.map((name) => cellOf(row[name])));
    const measure = await measureFor(whole.flat());
    const rows = whole.map((cells) =>
      cells.map((cell) => measure.cut(cell, LONGEST_CELL))
    );
    if (layout === undefined) {
      const widthsOf = (column: number) =>
        [columns, ...rows].map((cells) => measure.widthOf(cells[column]!));
      layout = columns.map((name, column) => ({
        width: Math.max(...widthsOf(column)),
        isNumber: page.some((row) => typeof row[name] === "number"),
      }));
      yield lineOf(columns, layout, measure);
    }
    const made = layout;
    yield rows.map((cells) => lineOf(cells, made, measure)).join("");
  }
}

/** A column of a table. */
interface Column {
  readonly width: number;
  /** Numbers stand to the right. */
  readonly isNumber: boolean;
}

function lineOf(
  cells: readonly string[],
  layout: readonly Column[],
  { widthOf }: TextMeasure,
): string {
  return layout.map(({ width, isNumber }, column) => {
    const cell = cells[column]!;
    const padding = " ".repeat(Math.max(0, width - widthOf(cell)));
    return isNumber ? padding + cell : cell + padding;
  }).join("  ").trimEnd() + "\n";
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
