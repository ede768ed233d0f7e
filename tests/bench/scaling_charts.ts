import {
  coresFor,
  type Engine,
  memoryFor,
  queuesFor,
} from "./scaling_model.ts";
import { renderSvg, type Report, rounded } from "./report.ts";

/** Bytes in memory for each id, measured at 50,000,000, and in SQLite's file. */
const SQLITE = { memory: 27, disk: 17 };

/** The index of random ids, which must be in the buffers; all the tables. */
const POSTGRES = { memory: 40, disk: 93 };

const IDS = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11];
const RATES = [1e3, 1e4, 1e5, 1e6];

/** What each way to run takes, by what has been measured so far. */
function enginesOf(report: Report): readonly Engine[] {
  const engine = (
    name: string,
    measured: string,
    store: { memory: number; disk: number },
  ): Engine => ({ name, figure: report.figure(measured), ...store });
  return [
    engine("classic queues, SQLite each", "Drain: eventcounter", SQLITE),
    engine(
      "quorum queues, SQLite each",
      "Backlog: eventcounter, quorum queue",
      SQLITE,
    ),
    engine("streams, SQLite each", "Backlog: eventcounter, stream", SQLITE),
    engine(
      "quorum queues, PostgreSQL",
      "Workers with one ledger: eventcounter, 1 worker",
      POSTGRES,
    ),
  ];
}

/** Adds what the model makes of the figures: tables and charts. */
export function addScaling(report: Report): void {
  const engines = enginesOf(report);
  const stores = [engines[0]!, engines[3]!];
  report.section("At scale");
  report.note(
    "What follows is computed, not measured: the figures above times ids and " +
      "rates. First what these cores would have time for, beside what was " +
      "measured; in the rest of the time somebody waits for somebody else.",
  );
  const cores = navigator.hardwareConcurrency;
  report.note(table([
    [`messages/s on ${cores} cores`, "computed", "measured"],
    ...engines.map((engine) => [
      `${engine.name}, one`,
      ...[cores / coresFor(engine, 1), engine.figure.perSecond].map(rounded),
    ]),
  ]));
  report.note(
    "Cores are the sum of client, broker and database; queues are the rate " +
      "divided by that of the one measured, which had to share this machine. " +
      "Networks and replication come on top. PostgreSQL's memory is the " +
      "index of random ids, which is to be in the buffers.",
  );
  report.note(table([
    ["ids ever seen", "SQLite: memory", "disk", "PostgreSQL: memory", "disk"],
    ...IDS.map((ids) => [
      `10^${Math.log10(ids)}`,
      ...stores.flatMap((engine) => [
        size(memoryFor(engine, ids)),
        size(ids * engine.disk / 2 ** 30),
      ]),
    ]),
  ]));
  report.chart(
    "Scaling memory",
    lines("ids ever seen", "GiB of memory", IDS, stores, memoryFor),
  );
  report.note(table([
    ["messages/s: cores, queues", ...engines.map(({ name }) => name)],
    ...RATES.map((rate) => [
      rounded(rate),
      ...engines.map((engine) =>
        `${Math.max(0.1, coresFor(engine, rate)).toFixed(1)}, ${
          queuesFor(engine, rate)
        }`
      ),
    ]),
  ]));
  report.chart(
    "Scaling cores",
    lines("messages/s", "cores, all together", RATES, engines, coresFor),
  );
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  return [head!, head!.map(() => "---:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function size(gibibytes: number): string {
  if (gibibytes >= 1024) return `${(gibibytes / 1024).toFixed(1)} TiB`;
  return gibibytes >= 1
    ? `${gibibytes.toFixed(0)} GiB`
    : `${(gibibytes * 1024).toFixed(0)} MiB`;
}

function lines(
  x: string,
  y: string,
  at: readonly number[],
  engines: readonly Engine[],
  value: (engine: Engine, at: number) => number,
): string {
  return renderSvg(760, 420, {
    grid: { left: 60, right: 60, top: 64, bottom: 48 },
    legend: { top: 8, data: engines.map(({ name }) => name) },
    xAxis: {
      type: "log",
      min: at[0],
      name: x,
      nameLocation: "middle",
      nameGap: 28,
    },
    yAxis: { type: "log", name: y, nameLocation: "middle", nameGap: 40 },
    series: engines.map((engine) => ({
      name: engine.name,
      type: "line",
      data: at.map((
        point,
      ) => [point, Number(value(engine, point).toPrecision(3))]),
    })),
  });
}
