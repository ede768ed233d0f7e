import type { Counter, Gauge, Histogram, Meter } from "@opentelemetry/api";
import { CHECKPOINT_DURATION, type Reading } from "./run_metrics.ts";

/**
 * Tells metrics to OpenTelemetry. Whoever exports them sends what they were
 * told from time to time, and once more at the end. They could ask, too, but
 * Deno's exporter does not do so at the end of a short run.
 */
export class OpenTelemetry {
  readonly #meter: Meter;
  readonly #checkpoints: Histogram;
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();
  /** What each counter came to, by its name and labels. */
  readonly #counted = new Map<string, number>();

  /** @param meter The exporter's. */
  constructor(meter: Meter) {
    this.#meter = meter;
    this.#checkpoints = meter.createHistogram(CHECKPOINT_DURATION.name, {
      description: CHECKPOINT_DURATION.help,
      unit: "s",
      advice: { explicitBucketBoundaries: [...CHECKPOINT_DURATION.buckets] },
    });
  }

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
