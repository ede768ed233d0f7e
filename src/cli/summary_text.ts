import type { TypeTotals } from "../model/counts.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import { grouped, quantity } from "../model/words.ts";
import type { Summary } from "./summary.ts";
import { colored, type Page, printable, wrapped } from "./terminal.ts";
import { ASCII, measureFor } from "./text_measure.ts";

/** Columns of a bar: as many as there is room for. */
const SHORTEST_BAR = 5;
const LONGEST_BAR = 30;

/** Columns that a name has at least. */
const SHORTEST_NAME = 8;

/** Types, or files, that are named. */
const LONGEST_LIST = 20;

const INDENT = "  ";
const GAP = "   ";

const STOPPED: Readonly<Record<RunResult["stopped"], string>> = {
  idle: "nothing more came",
  empty: "the queue was empty",
  signal: "it was told to",
  limit: "--limit was reached",
  "end-of-input": "the input ended",
  replay: "all was replayed",
  error: "of an error",
};

/** The summary for people. */
export async function summaryText(
  { run, types, busiest = [], rate, left }: Summary,
  page: Page,
): Promise<string> {
  const users = busiest.map(({ user, events }) => ({
    name: printable(user),
    value: events,
    cells: [quantity(events, "event")],
  }));
  const measure = await measureFor(users.map(({ name }) => name));
  const seconds = (run.duration / 1_000).toFixed(1);
  const redelivered = run.redelivered === 0
    ? ""
    : ` (${grouped(run.redelivered)} of them redelivered)`;
  const lines = [
    `${grouped(run.received)} received: ${grouped(run.unique)} counted, ` +
    `${quantity(run.duplicates, "duplicate")}, ` +
    `${grouped(run.rejected)} rejected${redelivered}`,
    `Stopped after ${seconds} s because ${STOPPED[run.stopped]}.`,
  ];
  if (run.received > 0) lines.push(`${grouped(Math.round(rate))} per second.`);
  if (left !== undefined) {
    lines.push(`${quantity(left, "message")} left in the queue.`);
  }
  const reasons = [...run.rejectedByReason].sort(([, a], [, b]) => b - a);
  const room = page.wraps ? page.columns - INDENT.length : Infinity;
  return lines.map((line) => wrapped(line, room).join(`\n${INDENT}`))
    .join("\n") +
    section(
      "Rejected:",
      table(
        reasons.map(([name, value]) => ({
          name,
          value,
          cells: [grouped(value)],
        })),
        page,
      ),
    ) +
    section("Totals in the ledger:", typeRows(types, page)) +
    section("Busiest users:", table(users, page, { measure })) +
    filesText(run.files);
}

/** Totals and files for people: what the summary of `merge` ends with. */
export function totalsText(
  types: ReadonlyMap<string, TypeTotals>,
  files: readonly string[],
  page: Page,
): string {
  return section("Totals:", typeRows(types, page)) + filesText(files);
}

function filesText(files: readonly string[]): string {
  return section("Files:", listed(files.map((file) => INDENT + file)));
}

/** The first lines of many. @param all How many there are. */
function listed(
  lines: readonly string[],
  all = lines.length,
): readonly string[] {
  const shown = lines.slice(0, LONGEST_LIST);
  const more = all - shown.length;
  return more === 0 ? shown : [...shown, `${INDENT}and ${grouped(more)} more`];
}

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return ["", heading, ...lines].map((line) => `\n${line}`).join("");
}

function typeRows(
  types: ReadonlyMap<string, TypeTotals>,
  page: Page,
): string[] {
  const all = types.values().reduce((sum, { events }) => sum + events, 0);
  // Of very many, those that tell the most.
  const shown = types.size <= LONGEST_LIST ? [...types] : [...types]
    .sort(([, left], [, right]) => right.events - left.events)
    .slice(0, LONGEST_LIST);
  const rows = shown.map(([name, { events, users }]) => ({
    name,
    value: events,
    cells: [
      quantity(events, "event"),
      quantity(users, "user"),
      `${(events / all * 100).toFixed(1)} %`,
    ],
  }));
  return [...listed(table(rows, page, { whole: all }), types.size)];
}

interface Row {
  /** What a terminal can be shown. */
  readonly name: string;
  /** What the bar shows. */
  readonly value: number;
  readonly cells: readonly string[];
}

/**
 * Rows with the name to the left, the cells to the right, and a bar: as much of
 * that as there is room for.
 *
 * @param whole What a whole bar stands for. Default: the most that a row has.
 * @param measure That of the names. Default: ASCII.
 */
function table(
  rows: readonly Row[],
  { columns, colors }: Page,
  { whole = Math.max(...rows.map(({ value }) => value)), measure = ASCII } = {},
): string[] {
  const widths =
    rows[0]?.cells.map((_, column) =>
      GAP.length + Math.max(...rows.map(({ cells }) => cells[column]!.length))
    ) ?? [];
  let room = columns - INDENT.length - sum(widths);
  // The last cells tell the least.
  while (room < SHORTEST_NAME && widths.length > 1) room += widths.pop()!;
  const names = rows.map(({ name }) =>
    measure.cut(name, Math.max(room, SHORTEST_NAME))
  );
  const nameWidth = Math.max(0, ...names.map(measure.widthOf));
  const barRoom = Math.min(LONGEST_BAR, room - nameWidth - GAP.length);
  return rows.map(({ value, cells }, row) => {
    const name = names[row]!;
    const texts = widths.map((width, column) => cells[column]!.padStart(width));
    const length = barRoom < SHORTEST_BAR
      ? 0
      : Math.round(value / whole * barRoom);
    const bar = "█".repeat(length);
    const drawn = bar === "" ? "" : GAP + (colors ? colored(bar) : bar);
    const padding = " ".repeat(nameWidth - measure.widthOf(name));
    return `${INDENT}${name}${padding}${texts.join("")}${drawn}`;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
