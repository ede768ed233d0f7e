import type { TypeTotals } from "../model/counts.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import { grouped } from "./progress.ts";

/** The summary as one JSON object on one line. */
export function summaryJson(
  run: RunResult,
  types: ReadonlyMap<string, TypeTotals>,
): string {
  return JSON.stringify({
    received: run.received,
    unique: run.unique,
    duplicates: run.duplicates,
    redelivered: run.redelivered,
    rejected: run.rejected,
    types: Object.fromEntries(types),
    stopped: run.stopped,
    durationMs: Math.round(run.duration),
    files: run.files,
  });
}

const STOPPED: Readonly<Record<RunResult["stopped"], string>> = {
  idle: "nothing more came",
  empty: "the queue was empty",
  signal: "it was told to",
  limit: "--limit was reached",
  "end-of-input": "the input ended",
  error: "of an error",
};

/** The summary for people. */
export function summaryText(
  run: RunResult,
  types: ReadonlyMap<string, TypeTotals>,
): string {
  const seconds = (run.duration / 1_000).toFixed(1);
  const lines = [
    `${grouped(run.received)} received: ${grouped(run.unique)} counted, ` +
    `${grouped(run.duplicates)} duplicates, ${grouped(run.rejected)} rejected` +
    (run.redelivered === 0
      ? ""
      : ` (${grouped(run.redelivered)} of them redelivered)`),
    `Stopped after ${seconds} s because ${STOPPED[run.stopped]}.`,
  ];
  return lines.join("\n") +
    totalsText("Totals in the ledger:", types, run.files);
}

/** Totals and files for people: what a summary ends with. */
export function totalsText(
  heading: string,
  types: ReadonlyMap<string, TypeTotals>,
  files: readonly string[],
): string {
  const lines: string[] = [];
  if (types.size > 0) lines.push("", heading);
  const rows = [...types].map(([type, { events, users }]) => [
    type,
    `${grouped(events)} ${events === 1 ? "event" : "events"}`,
    `${grouped(users)} ${users === 1 ? "user" : "users"}`,
  ]);
  lines.push(...align(rows));
  if (files.length > 0) lines.push("", "Files:");
  lines.push(...files.map((file) => `  ${file}`));
  return lines.map((line) => `\n${line}`).join("");
}

/** Rows with the first column to the left and the others to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths =
    rows[0]?.map((_, column) =>
      Math.max(...rows.map((row) => row[column]!.length))
    ) ?? [];
  return rows.map((row) =>
    "  " +
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("   ")
  );
}
