import truncate from "cli-truncate";
import widthOf from "string-width";
import type { Listing, Row } from "../inspect/listing.ts";
import { grouped } from "./progress.ts";
import { printable } from "./terminal.ts";

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
  let line: ((cells: readonly string[]) => string) | undefined;
  for await (const page of gather(pages)) {
    const rows = page.map((row) => columns.map((name) => cellOf(row[name])));
    if (line === undefined) {
      const isNumber = columns.map((name) =>
        page.some((row) => typeof row[name] === "number")
      );
      line = lineWith([columns, ...rows], isNumber);
      yield line(columns);
    }
    yield rows.map(line).join("");
  }
}

/** Makes lines as wide as these cells want them; numbers stand to the right. */
function lineWith(
  rows: readonly (readonly string[])[],
  isNumber: readonly boolean[],
): (cells: readonly string[]) => string {
  const widths = isNumber.map((_, column) =>
    Math.max(...rows.map((cells) => widthOf(cells[column]!)))
  );
  return (cells) =>
    cells.map((cell, column) => {
      const padding = " ".repeat(Math.max(0, widths[column]! - widthOf(cell)));
      return isNumber[column] ? padding + cell : cell + padding;
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
  return truncate(printable(textOf(value)), LONGEST_CELL);
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
