import { createHash } from "node:crypto";
import { grouped } from "../model/words.ts";
import { type Chart, drawCharts } from "./report_charts.ts";
import { type ReportFacts, SHOWN_TYPES } from "./report_facts.ts";
import { SCRIPT } from "./report_script.ts";
import { STYLE } from "./report_style.ts";

/** Runs in the table. */
const TABLED_RUNS = 10;

/** How a page is to be made. */
export interface PageOptions {
  /** Seconds after which a browser loads it again. Default: never. */
  readonly refresh?: number;
}

/**
 * A report as one HTML page that needs nothing else and asks nobody for
 * anything: a policy in it forbids the browser every request.
 */
export function reportPage(
  facts: ReportFacts,
  { refresh }: PageOptions = {},
): string {
  const scriptHash = createHash("sha256").update(SCRIPT).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; ` +
    `script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Events per user</title>
<style>${STYLE}</style>
</head>
<body${refresh === undefined ? "" : ` data-refresh="${refresh}"`}>
<header>
<h1>Events per user</h1>
<p>Ledger <code>${escape(facts.ledger)}</code>, ${timeOf(facts.at)} UTC</p>
</header>
<main>
${tiles(facts)}
${drawCharts(facts).map(chartSection).join("\n")}
${runTable(facts)}
${userTable(facts)}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function tiles({ types, users, rejections }: ReportFacts): string {
  const events = sum([...types.values()].map(({ events }) => events));
  const rejected = sum(rejections.map(({ rejections }) => rejections));
  const rows = [
    ["events counted", events, `of ${grouped(users)} users`],
    ...[...types].slice(0, SHOWN_TYPES).map(([type, totals]) => [
      type,
      totals.events,
      `${(totals.events / events * 100).toFixed(1)} %, ` +
      `${grouped(totals.users)} users`,
    ]),
    ...types.size > SHOWN_TYPES
      ? [["types", types.size, `the ${SHOWN_TYPES} largest are shown`]]
      : [],
    ["rejected", rejected, ""],
  ] as const;
  return `<section class="tiles">${
    rows.map(([name, number, more]) =>
      `<div><span>${escape(String(name))}</span>` +
      `<b>${grouped(Number(number))}</b><span>${more}</span></div>`
    ).join("")
  }</section>`;
}

function chartSection({ title, pictures }: Chart): string {
  const [wide, narrow] = pictures;
  return `<section><h2>${title}</h2>` +
    `<div class="wide">${wide}</div><div class="narrow">${narrow}</div></section>`;
}

/** The last one first. */
function runTable({ runs }: ReportFacts): string {
  if (runs.length === 0) return "";
  const head = [
    ...["started (UTC)", "seconds", "ended by"],
    ...["counted", "duplicates", "rejected"],
  ].map((name) => `<th scope="col">${name}</th>`).join("");
  const rows = runs.slice(-TABLED_RUNS).reverse().map((run) => {
    const { startedAt, endedAt = NaN, stopped } = run;
    const counts = [run.unique, run.duplicates, run.rejected];
    const cells = [
      Number.isNaN(endedAt) ? "" : ((endedAt - startedAt) / 1_000).toFixed(1),
      escape(stopped),
      ...counts.map((count) => count === undefined ? "" : grouped(count)),
    ].map((cell) => `<td>${cell}</td>`).join("");
    return `<tr><th scope="row">${timeOf(startedAt)}</th>${cells}</tr>`;
  });
  return `<section><h2>The last runs</h2>
<div class="scroll"><table><thead><tr>${head}</tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

function userTable({ busiest, users, types }: ReportFacts): string {
  if (busiest.length === 0) return "<p>Nothing is counted yet.</p>";
  const names = [...types.keys()].slice(0, SHOWN_TYPES);
  const heading = busiest.length === users
    ? `All ${grouped(users)} users`
    : `The ${grouped(busiest.length)} busiest of ${grouped(users)} users`;
  const hasOthers = types.size > names.length;
  const columns = [...names, ...hasOthers ? ["other types"] : []];
  const head = ["user", "events", ...columns].map((name) =>
    `<th scope="col"><button type="button">${escape(name)}</button></th>`
  ).join("");
  const rows = busiest.map(({ user, events, byType }) => {
    const shown = names.map((name) => byType.get(name) ?? 0);
    const others = hasOthers ? [events - sum(shown)] : [];
    const cells = [events, ...shown, ...others].map((count) =>
      `<td data-value="${count}">${grouped(count)}</td>`
    ).join("");
    return `<tr><th scope="row">${escape(user)}</th>${cells}</tr>`;
  });
  return `<section><h2>${heading}</h2>
<input type="search" placeholder="Filter users" aria-label="Filter users">
<p id="none" hidden>No user ${
    busiest.length === users ? "" : `of these ${grouped(busiest.length)} `
  }is called so${
    busiest.length === users
      ? "."
      : "; <code>eventcounter show --by user</code> lists all."
  }</p>
<div class="scroll"><table id="users"><thead><tr>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div></section>`;
}

/** A text as HTML shows it, between tags and in attributes; no controls. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd")
    .replaceAll(/[&<>"]/g, (it) => entities[it]!);
}

/** A moment in UTC, to the second. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
