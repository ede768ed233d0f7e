import { type Counter, type Gauge, metrics } from "@opentelemetry/api";
import { CHECKPOINT_DURATION, type Reading } from "./run_metrics.ts";

/**
 * Hands metrics to Deno's exporter, which `OTEL_DENO=true` starts. It sends what
 * it was told from time to time, and once more when the process ends. It could
 * ask, too, but then a short run would be over before it does.
 */
export class OpenTelemetry {
  readonly #meter = metrics.getMeter("eventcounter");
  readonly #checkpoints = this.#meter.createHistogram(
    CHECKPOINT_DURATION.name,
    {
      description: CHECKPOINT_DURATION.help,
      unit: "s",
      advice: { explicitBucketBoundaries: [...CHECKPOINT_DURATION.buckets] },
    },
  );
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();
  /** What each counter came to, by its name and labels. */
  readonly #counted = new Map<string, number>();

  /** A checkpoint was written. @param seconds How long that took. */
  checkpoint(seconds: number): void {
    this.#checkpoints.record(seconds);
  }

  /** Tells what counters and gauges are now. */
  update(readings: readonly Reading[]): void {
    for (const reading of readings) {
      if (reading.name.endsWith("_total")) this.#count(reading);
      else this.#gauge(reading);
    }
  }

  #gauge({ name, help, samples }: Reading): void {
    const gauge = this.#gauges.get(name) ??
      this.#meter.createGauge(name, { description: help });
    this.#gauges.set(name, gauge);
    for (const { labels, value } of samples) gauge.record(value, labels);
  }

  #count({ name, help, samples }: Reading): void {
    const counter = this.#counters.get(name) ??
      this.#meter.createCounter(name, { description: help });
    this.#counters.set(name, counter);
    for (const { labels, value } of samples) {
      const key = JSON.stringify([name, labels]);
      counter.add(value - (this.#counted.get(key) ?? 0), labels);
      this.#counted.set(key, value);
    }
  }
}
