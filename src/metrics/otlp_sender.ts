import type { Meter } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import type { Clock } from "../model/clock.ts";
import { within } from "../model/within.ts";

/** How long a collector is waited for, in ms; the end of a run waits, too. */
const TIMEOUT = 5_000;

/** The same in all: the exporter's own limit is on silence, and on one try. */
const CLOSE_TIMEOUT = 6_000;

/** Of whom metrics tell, and who hears that a collector does not take them. */
export interface Sender {
  /** The version of this program. */
  readonly version: string;
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
}

/**
 * Sends metrics to an OpenTelemetry collector, once a minute and at the end:
 * OTLP over HTTP, as JSON. It heeds the variables that OpenTelemetry specifies
 * for exporters (`OTEL_EXPORTER_OTLP_HEADERS` and its like,
 * `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`).
 */
export class OtlpSender {
  readonly #provider: MeterProvider;
  readonly #onFailure: Sender["onFailure"];
  readonly #clock: Clock;

  /** @param endpoint The collector; `/v1/metrics` is put behind it. */
  constructor(endpoint: URL, { version, onFailure, clock }: Sender) {
    this.#onFailure = onFailure;
    this.#clock = clock;
    const url = `${endpoint.href.replace(/\/$/, "")}/v1/metrics`;
    const exporter = new OTLPMetricExporter({ url, timeoutMillis: TIMEOUT });
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes({
        "service.name": "eventcounter",
        "service.version": version,
      }).merge(detectResources({ detectors: [envDetector] })),
      readers: [new PeriodicExportingMetricReader({ exporter })],
    });
    // The reader would tell of failures only to a logger of its own.
    const send = exporter.export.bind(exporter);
    exporter.export = (metrics, done) =>
      send(metrics, (result) => {
        if (result.error !== undefined) onFailure(result.error);
        done(result);
      });
  }

  /** What is told to it is sent. */
  get meter(): Meter {
    return this.#provider.getMeter("eventcounter");
  }

  /**
   * Sends what it was told last, and waits for the collector no longer than its
   * limit allows, however slowly it answers. It throws nothing.
   */
  async close(): Promise<void> {
    const sent = this.#provider.shutdown().then(() => true, () => true);
    if (await within(this.#clock, CLOSE_TIMEOUT, sent)) return;
    this.#onFailure(new Error(`no whole answer in ${CLOSE_TIMEOUT / 1_000} s`));
  }
}
