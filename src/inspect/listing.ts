import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { addSorted } from "../ledger/sorted_counts.ts";
import { rejectionLine } from "../model/ndjson_line.ts";
import { top } from "./top.ts";

/** A row by the names of its columns; what is undefined is not there. */
export type Row = Readonly<Record<string, unknown>>;

/** What is to be shown, little of it in memory at a time. */
export interface Listing {
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  /** Those of a table for people, where not all fit a screen. Default: all. */
  readonly tableColumns?: readonly string[];
  readonly pages: AsyncIterable<readonly Row[]>;
}

/** By what counts are added up: by nothing, by users, or by types. */
export type Grouping = "user" | "type" | undefined;

/** Which counts are listed. */
export interface CountsWanted {
  readonly by: Grouping;
  /** Those of one type alone. Default: of all. */
  readonly type: string | undefined;
  /** The rows with the most, the most first. Default: all, in order. */
  readonly top: number | undefined;
}

/** Counts, by type and then by code point of the user. */
export async function listCounts(
  ledger: LedgerReader,
  { by, type, top: most }: CountsWanted,
): Promise<Listing> {
  const all = await ledger.types();
  const types = type === undefined ? all : all.filter((each) => each === type);
  const { columns, pages, count } = {
    user: { columns: ["user", "count"], pages: byUser, count: "count" },
    type: {
      columns: ["type", "events", "users"],
      pages: byType,
      count: "events",
    },
    each: { columns: ["type", "user", "count"], pages: each, count: "count" },
  }[by ?? "each"];
  const rows = pages(ledger, types);
  return { columns, pages: most === undefined ? rows : top(rows, most, count) };
}

/** Every run, the first one first. */
export function listRuns(ledger: LedgerReader): Listing {
  const ends = ["stopped", "unique", "duplicates", "rejected"];
  return {
    columns: ["run", "started", "ended", "seconds", ...ends],
    tableColumns: ["run", "started", "seconds", ...ends],
    pages: mapPages(
      ledger.runs(),
      ({ id, startedAt, endedAt, stopped, unique, duplicates, rejected }) => ({
        run: id,
        started: timeOf(startedAt),
        ended: endedAt === undefined ? null : timeOf(endedAt),
        seconds: endedAt === undefined
          ? null
          : Math.round((endedAt - startedAt) / 100) / 10,
        stopped,
        unique: unique ?? null,
        duplicates: duplicates ?? null,
        rejected: rejected ?? null,
      }),
    ),
  };
}

/** Every rejection, as a line that `--input` reads. */
export function listRejections(ledger: LedgerReader): Listing {
  return {
    columns: [
      ...["time", "reason", "routingKey", "body", "bodyBase64"],
      ...["messageId", "contentEncoding", "headers"],
    ],
    pages: mapPages(ledger.rejections(), rejectionLine),
  };
}

/** How many rejections there are of each reason, the most first. */
export function listReasons(ledger: LedgerReader): Listing {
  return {
    columns: ["reason", "rejections", "bytes"],
    pages: (async function* () {
      yield (await ledger.rejectionTotals()).map((totals) => ({ ...totals }));
    })(),
  };
}

async function* each(
  ledger: LedgerReader,
  types: readonly string[],
): AsyncGenerator<readonly Row[]> {
  for (const type of types) {
    yield* mapPages(
      ledger.counts(type),
      ([user, count]) => ({ type, user, count }),
    );
  }
}

function byUser(
  ledger: LedgerReader,
  types: readonly string[],
): AsyncIterable<readonly Row[]> {
  return mapPages(
    addSorted(types.map((type) => ledger.counts(type))),
    ([user, count]) => ({ user, count }),
  );
}

async function* byType(
  ledger: LedgerReader,
  types: readonly string[],
): AsyncGenerator<readonly Row[]> {
  for (const type of types) yield [{ type, ...await ledger.totals(type) }];
}

async function* mapPages<From>(
  pages: AsyncIterable<readonly From[]>,
  rowOf: (value: From) => Row,
): AsyncGenerator<readonly Row[]> {
  for await (const page of pages) yield page.map(rowOf);
}

/** To the second. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19) + "Z";
}
