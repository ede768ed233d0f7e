/**
 * Measures the tool and writes `docs/performance.md`: `deno task bench`, some
 * twenty minutes; `EVENTCOUNTER_BENCH_SCALE` makes it shorter or longer, 1 by
 * default.
 *
 * @module
 */
import { benchBacklog, benchDrain } from "./drain_bench.ts";
import { benchMemory } from "./memory_bench.ts";
import { benchPartitions } from "./partitions_bench.ts";
import { benchPipeline } from "./pipeline_bench.ts";
import { benchPostgres } from "./postgres_bench.ts";
import { Report } from "./report.ts";
import { addScaling } from "./scaling_charts.ts";
import { benchWatched } from "./watched_bench.ts";
import { benchStartup } from "./startup_bench.ts";

const url = Deno.env.get("AMQP_URL");
if (!url) throw new Error("Bench: AMQP_URL is not set, use deno task bench");
const scale = Number(Deno.env.get("EVENTCOUNTER_BENCH_SCALE") ?? 1);
const scaled = (size: number) => Math.round(size * scale / 10_000) * 10_000;

const folder = await Deno.makeTempDir({ prefix: "eventcounter-bench-" });
try {
  const report = new Report();
  await benchDrain(report, url, folder, { rounds: 5, size: scaled(60_000) });
  await benchBacklog(report, url, folder, { rounds: 3, size: scaled(200_000) });
  await benchPostgres(report, url, { rounds: 3, size: scaled(100_000) });
  await benchPartitions(report, url, folder, {
    rounds: 3,
    size: scaled(60_000),
  });
  await benchWatched(report, url, folder, {
    rounds: 7,
    size: scaled(1_000_000),
  });
  report.section("Without a broker");
  await benchPipeline(report, folder, { pairs: 7, size: scaled(500_000) });
  await benchMemory(report, { size: scaled(20_000_000) });
  await benchStartup(report, folder);
  addScaling(report);
  await report.write("docs");
} finally {
  await Deno.remove(folder, { recursive: true });
}
