import { assert, assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { RunMetrics } from "../../src/metrics/run_metrics.ts";
import { REJECTION_REASONS } from "../../src/model/rejection.ts";
import type { Extent } from "../../src/source/source.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { checkpoint } from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const DOCUMENTS = new URL("../../docs/", import.meta.url);

/** Metrics of a run that a test decides about. */
function metricsOf(extent: () => Promise<Extent>) {
  const ledger = new MemoryLedger();
  const clock = new FakeClock();
  const pipeline = {
    done: { unique: 5, duplicates: 2, rejected: 1, redelivered: 3 },
    rejectedByReason: new Map([["bad_json", 1] as const]),
  };
  const source = { attached: true, losses: 4, left: 9, extent };
  const run = { pipeline, source, ledger };
  const about = { version: "1.2.3", types: ["created"], clock };
  return { metrics: new RunMetrics(run, about), ledger, source, clock };
}

/** The samples with their labels, without those of the histogram and times. */
async function samples(metrics: RunMetrics): Promise<string[]> {
  return (await metrics.text()).split("\n").filter((line) =>
    /^eventcounter_/.test(line) &&
    !/_(bucket|sum|timestamp_seconds)\b/.test(line)
  ).map((line) => line.replace("eventcounter_", "")).sort();
}

test("metrics tell of a run what can be seen from outside, and of its checkpoints", async () => {
  const { metrics, ledger } = metricsOf(() =>
    Promise.resolve({ unit: "messages", done: 8, total: 20 })
  );
  await checkpoint(ledger, {
    ids: [uuid(1), uuid(2)],
    counts: { updated: [["ann", 2], ["bob", 1]] },
  });
  metrics.snapshotTaken(new Map([["updated", { events: 7, users: 2 }]]));
  const during = await samples(metrics);
  assertEquals(
    during,
    [
      'build_info{version="1.2.3"} 1',
      "checkpoint_duration_seconds_count 1",
      "connection_losses_total 4",
      "connection_up 1",
      'deliveries_total{outcome="counted"} 5',
      'deliveries_total{outcome="duplicate"} 2',
      'deliveries_total{outcome="rejected"} 1',
      'events_total{type="created"} 0',
      'events_total{type="updated"} 3',
      "ledger_ids 2",
      'ledger_events{type="updated"} 7',
      'ledger_users{type="updated"} 2',
      "queue_ready_messages 12",
      "redeliveries_total 3",
      ...REJECTION_REASONS.map((reason) =>
        `rejections_total{reason="${reason}"} ${Number(reason === "bad_json")}`
      ),
    ].sort(),
  );
  metrics.end(true);
  const after = await samples(metrics);
  assertEquals(after.filter((line) => !during.includes(line)), [
    "queue_ready_messages 9",
    "run_success 1",
  ]);
  assert(!after.some((line) => line.startsWith("connection_up")));
});

test("a broker that does not answer is waited for one second", async () => {
  const { metrics, source, clock } = metricsOf(() => new Promise(() => {}));
  source.attached = false;
  const asked = samples(metrics);
  await clock.advance(1_000);
  const told = await asked;
  assert(told.includes("connection_up 0"));
  assert(!told.some((line) => line.startsWith("queue_ready_messages")));
  assertEquals(clock.pendingTimers, 0);
});

Deno.test(
  "the dashboard asks for metrics that there are, and each is explained",
  {
    permissions: { read: [DOCUMENTS] },
  },
  async () => {
    const { metrics } = metricsOf(() => new Promise(() => {}));
    const { panels, templating } = JSON.parse(
      await Deno.readTextFile(new URL("grafana_dashboard.json", DOCUMENTS)),
    );
    const queries = JSON.stringify([
      panels.map(({ targets }: { targets: unknown }) => targets),
      templating,
    ]);
    const asked = [...queries.matchAll(/eventcounter_\w+/g)]
      .map(([name]) => name.replace(/_bucket$/, ""));
    assert(asked.length > 10, "the queries are found");
    assertEquals(asked.filter((name) => !metrics.names.includes(name)), []);
    const text = await Deno.readTextFile(new URL("operations.md", DOCUMENTS));
    assertEquals(
      [...text.matchAll(/^\| `(eventcounter_\w+)/gm)].map(([, name]) => name)
        .sort(),
      metrics.names.sort(),
    );
  },
);
