import { Counter, Histogram, Registry } from "prom-client";
import type { CheckpointBatch, Ledger, RunTotals } from "../ledger/ledger.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { TypeTotals } from "../model/counts.ts";
import { REJECTION_REASONS, type RejectionReason } from "../model/rejection.ts";
import { within } from "../model/within.ts";
import type { Source } from "../source/source.ts";
import { PolledMetrics, PREFIX } from "./polled_metrics.ts";

/** The histogram of checkpoints; buckets suit disks as well as networks. */
export const CHECKPOINT_DURATION = {
  name: `${PREFIX}checkpoint_duration_seconds`,
  help: "How long the ledger took to write a checkpoint.",
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
} as const;

/** The longest that metrics wait for what a broker has to tell, in ms. */
const PATIENCE = 1_000;

/** A run as it can be seen from outside: a `Pipeline` and its parts. */
export interface MeasuredRun {
  readonly pipeline: {
    /** Of what is durable, since counters must not shrink. */
    readonly done: RunTotals & { readonly redelivered: number };
    readonly rejectedByReason: ReadonlyMap<RejectionReason, number>;
  };
  readonly source: Pick<Source, "attached" | "extent" | "losses" | "left">;
  readonly ledger: Ledger;
}

/** What a metric is at one moment; counters have names that end in `_total`. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/**
 * The metrics of a run, for Prometheus. Nearly all are read from it when they
 * are asked for; beside that, the ledger tells of each checkpoint.
 */
export class RunMetrics {
  readonly #registry = new Registry();
  readonly #polled = new PolledMetrics(this.#registry);
  readonly #run: MeasuredRun;
  readonly #clock: Clock;
  readonly #events: Counter<"type">;
  readonly #checkpoints: Histogram;
  /** Seconds since 1970 (UTC). */
  #lastCheckpoint: number | undefined;
  #lastSnapshot: number | undefined;
  #ended: { readonly at: number; readonly isGood: boolean } | undefined;
  #totals: ReadonlyMap<string, TypeTotals> = new Map();

  /**
   * Begins to watch a run that has not started.
   *
   * @param version The program's.
   * @param types Those that are counted, as far as that is known.
   * @param checkpointed Called after each checkpoint with how long it took.
   */
  constructor(
    run: MeasuredRun,
    { version, types, checkpointed, clock = systemClock }: {
      readonly version: string;
      readonly types: Iterable<string>;
      readonly checkpointed?: (seconds: number) => void;
      readonly clock?: Clock;
    },
  ) {
    this.#run = run;
    this.#clock = clock;
    this.#events = new Counter({
      name: `${PREFIX}events_total`,
      help: "Events that were counted, by type.",
      labelNames: ["type"],
      registers: [this.#registry],
    });
    for (const type of types) this.#events.inc({ type }, 0);
    this.#checkpoints = new Histogram({
      ...CHECKPOINT_DURATION,
      buckets: [...CHECKPOINT_DURATION.buckets],
      registers: [this.#registry],
    });
    this.#addCounters();
    this.#addGauges(version);
    observeCommits(run.ledger, (batch, seconds) => {
      this.#note(batch, seconds);
      checkpointed?.(seconds);
    });
  }

  /** The type of {@linkcode text}, for HTTP. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as they are now, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counters and gauges as they are now; not the histogram. */
  async readings(): Promise<Reading[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.filter(({ name }) => name !== CHECKPOINT_DURATION.name)
      .map(({ name, help, values }) => ({
        name,
        help,
        samples: values.map(({ labels, value }) => ({
          labels: labels as Readonly<Record<string, string>>,
          value,
        })),
      }));
  }

  /** The names of all metrics. */
  get names(): string[] {
    return this.#registry.getMetricsAsArray().map(({ name }) => name);
  }

  /** The files show these totals since now. */
  snapshotTaken(totals: ReadonlyMap<string, TypeTotals>): void {
    this.#totals = totals;
    this.#lastSnapshot = this.#now;
  }

  /** The run has ended. @param isGood Whether it did what it was to do. */
  end(isGood: boolean): void {
    this.#ended = { at: this.#now, isGood };
  }

  get #now(): number {
    return this.#clock.now() / 1_000;
  }

  #note({ counts }: CheckpointBatch, seconds: number): void {
    this.#checkpoints.observe(seconds);
    this.#lastCheckpoint = this.#now;
    for (const [type, users] of counts) {
      // An iterator's own `reduce` takes several times as long.
      let events = 0;
      for (const count of users.values()) events += count;
      this.#events.inc({ type }, events);
    }
  }

  #addCounters(): void {
    const { pipeline, source } = this.#run;
    this.#polled.counter(
      "deliveries_total",
      "Messages that were taken, by what became of them.",
      "outcome",
      () => {
        const { unique, duplicates, rejected } = pipeline.done;
        return [
          ["counted", unique],
          ["duplicate", duplicates],
          ["rejected", rejected],
        ];
      },
    );
    this.#polled.counter(
      "rejections_total",
      "Messages that could not be counted, by reason.",
      "reason",
      // All of them, since a series that begins at 1 has not increased.
      () =>
        REJECTION_REASONS.map((reason) => [
          reason,
          pipeline.rejectedByReason.get(reason) ?? 0,
        ]),
    );
    this.#polled.counter(
      "redeliveries_total",
      "Messages that carried the broker's redelivered flag.",
      undefined,
      () => [["", pipeline.done.redelivered]],
    );
    this.#polled.counter(
      "connection_losses_total",
      "How often the broker was lost.",
      undefined,
      () => [["", source.losses ?? 0]],
    );
  }

  #addGauges(version: string): void {
    const { ledger } = this.#run;
    const started = this.#now;
    const one = (name: string, help: string, read: Value) =>
      this.#polled.gauge(name, help, undefined, async () => {
        const value = await read();
        return value === undefined ? [] : [["", value]];
      });
    this.#polled.gauge(
      "build_info",
      "The program's version; always 1.",
      "version",
      () => [[version, 1]],
    );
    one(
      "connection_up",
      "Whether the broker is connected: 1 or 0; missing after the run.",
      () => this.#ended === undefined ? Number(this.isUp) : undefined,
    );
    one(
      "queue_ready_messages",
      "Messages that are still to be taken; of a stream, offsets.",
      () => this.#ready(),
    );
    one("ledger_ids", "Ids that are known as counted.", () => ledger.ids);
    this.#polled.gauge(
      "ledger_events",
      "Events in the ledger when the files were written, by type.",
      "type",
      () => [...this.#totals].map(([type, { events }]) => [type, events]),
    );
    this.#polled.gauge(
      "ledger_users",
      "Users in the ledger when the files were written, by type.",
      "type",
      () => [...this.#totals].map(([type, { users }]) => [type, users]),
    );
    one(
      "last_checkpoint_timestamp_seconds",
      "When the run wrote to the ledger last.",
      () => this.#lastCheckpoint,
    );
    one(
      "last_snapshot_timestamp_seconds",
      "When the run made the files equal to the ledger last.",
      () => this.#lastSnapshot,
    );
    one(
      "run_start_timestamp_seconds",
      "When the run started.",
      () => started,
    );
    one(
      "run_end_timestamp_seconds",
      "When the run ended; missing while it goes on.",
      () => this.#ended?.at,
    );
    one(
      "run_success",
      "Whether the run ended well: 1 or 0; missing while it goes on.",
      () => this.#ended === undefined ? undefined : Number(this.#ended.isGood),
    );
  }

  /** Whether the broker is connected. */
  get isUp(): boolean {
    return this.#ended === undefined && this.#run.source.attached;
  }

  async #ready(): Promise<number | undefined> {
    const { source } = this.#run;
    if (this.#ended !== undefined) return source.left;
    if (source.extent === undefined) return undefined;
    // A broker that was lost without a sign answers nothing.
    const asked = source.extent().catch(() => undefined);
    const extent = await within(this.#clock, PATIENCE, asked);
    return extent?.unit === "messages" ? extent.total - extent.done : undefined;
  }
}

type Value = () => number | undefined | Promise<number | undefined>;

/** Has a ledger tell of each commit that has succeeded, and how long it took. */
function observeCommits(
  ledger: Ledger,
  committed: (batch: CheckpointBatch, seconds: number) => void,
): void {
  const commit = ledger.commit.bind(ledger);
  ledger.commit = async (batch) => {
    const started = performance.now();
    await commit(batch);
    committed(batch, (performance.now() - started) / 1_000);
  };
}
