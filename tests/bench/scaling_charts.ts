import {
  coresFor,
  type Engine,
  memoryFor,
  queuesFor,
} from "./scaling_model.ts";
import { renderSvg } from "./report.ts";

/**
 * What each way to run takes: medians of `deno task bench` in fast phases of
 * two shared cores, RabbitMQ 3.10 and PostgreSQL 15 beside the tool.
 */
const ENGINES: readonly Engine[] = [
  {
    name: "classic queues, SQLite each",
    cost: { client: 6.2, broker: 18, database: 0 },
    perQueue: 66_000,
    memory: 28,
    disk: 17,
  },
  {
    name: "quorum queues, SQLite each",
    cost: { client: 3.4, broker: 9, database: 0 },
    perQueue: 122_000,
    memory: 28,
    disk: 17,
  },
  {
    name: "stream, SQLite each",
    cost: { client: 4.5, broker: 14, database: 0 },
    perQueue: 130_000,
    memory: 28,
    disk: 17,
  },
  {
    name: "quorum queue, PostgreSQL",
    cost: { client: 4.6, broker: 9, database: 10.5 },
    perQueue: 122_000,
    // The index of random ids, which must be in the buffers.
    memory: 40,
    disk: 93,
  },
];

const IDS = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11];
const RATES = [1e3, 1e4, 1e5, 1e6];

/** Charts for docs/scaling.md, by file name. */
export function scalingCharts(): ReadonlyMap<string, string> {
  return new Map([
    [
      "scaling_memory.svg",
      lines(
        "ids ever seen",
        "GiB of memory",
        IDS,
        [ENGINES[1]!, ENGINES[3]!],
        memoryFor,
      ),
    ],
    [
      "scaling_cores.svg",
      lines(
        "messages per second",
        "cores, broker and database included",
        RATES,
        ENGINES,
        coresFor,
      ),
    ],
  ]);
}

/** The same as tables in Markdown. */
export function scalingTables(): string {
  const memory = IDS.map((ids) =>
    `| 10^${Math.log10(ids)} | ${
      [ENGINES[1]!, ENGINES[3]!].flatMap((engine) => [
        size(memoryFor(engine, ids)),
        size(ids * engine.disk / 2 ** 30),
      ]).join(" | ")
    } |`
  );
  const cores = RATES.map((rate) =>
    `| ${rate.toLocaleString("en-US")} | ${
      ENGINES.map((engine) =>
        `${Math.max(0.1, coresFor(engine, rate)).toFixed(1)} cores, ${
          queuesFor(engine, rate)
        } queue(s)`
      ).join(" | ")
    } |`
  );
  return [
    "| ids ever seen | SQLite: memory | disk | PostgreSQL: index in buffers | disk |",
    "| --- | --- | --- | --- | --- |",
    ...memory,
    "",
    `| messages/s | ${ENGINES.map(({ name }) => name).join(" | ")} |`,
    `| --- |${" --- |".repeat(ENGINES.length)}`,
    ...cores,
  ].join("\n");
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
    grid: { left: 60, right: 24, top: 64, bottom: 48 },
    legend: { top: 8, data: engines.map(({ name }) => name) },
    xAxis: { type: "log", name: x, nameLocation: "middle", nameGap: 28 },
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
