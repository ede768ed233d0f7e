import type { Listing } from "../inspect/listing.ts";
import { table, textOf } from "./table_format.ts";

/** How a listing can look. */
export type ListingFormat = "table" | "csv" | "json" | "ndjson";

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
