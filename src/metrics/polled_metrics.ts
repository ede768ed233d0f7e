import { Counter, Gauge, type Registry } from "prom-client";

/** Names begin with it; see https://prometheus.io/docs/practices/naming. */
export const PREFIX = "eventcounter_";

/** The value of the label, if there is one, and that of the metric. */
export type Sample = readonly [label: string, value: number];

/** Metrics that are read when somebody asks for them, and cost nothing else. */
export class PolledMetrics {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * Adds a counter.
   *
   * @param name Without the prefix; ends in `_total`.
   * @param label The name of its only label, if it has one.
   * @param read What it is now.
   */
  counter(
    name: string,
    help: string,
    label: string | undefined,
    read: () => Sample[],
  ): void {
    new Counter({
      ...this.#named(name, help, label),
      collect() {
        this.reset();
        for (const [value, count] of read()) {
          this.inc(label === undefined ? {} : { [label]: value }, count);
        }
      },
    });
  }

  /**
   * Adds a gauge.
   *
   * @param name Without the prefix.
   * @param label The name of its only label, if it has one.
   * @param read What it is now; no sample where it is not to be shown.
   */
  gauge(
    name: string,
    help: string,
    label: string | undefined,
    read: () => Sample[] | Promise<Sample[]>,
  ): void {
    new Gauge({
      ...this.#named(name, help, label),
      async collect() {
        const samples = await read();
        this.reset();
        // Without a label, there is a 0 from the beginning.
        if (label === undefined) this.remove();
        for (const [value, number] of samples) {
          this.set(label === undefined ? {} : { [label]: value }, number);
        }
      },
    });
  }

  #named(name: string, help: string, label: string | undefined) {
    return {
      name: PREFIX + name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
    };
  }
}
