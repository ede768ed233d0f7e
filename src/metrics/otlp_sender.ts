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

/** How long a collector is waited for, in ms; the end of a run waits, too. */
const TIMEOUT = 5_000;

/** Of whom metrics tell, and who hears that a collector does not take them. */
export interface Sender {
  /** The version of this program. */
  readonly version: string;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Sends metrics to an OpenTelemetry collector, once a minute and at the end:
 * OTLP over HTTP, as JSON. It heeds the variables that OpenTelemetry specifies
 * for exporters (`OTEL_EXPORTER_OTLP_HEADERS` and its like,
 * `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`).
 */
export class OtlpSender {
  readonly #provider: MeterProvider;

  /** @param endpoint The collector; `/v1/metrics` is put behind it. */
  constructor(endpoint: URL, { version, onFailure }: Sender) {
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

  /** Sends what it was told last. It throws nothing. */
  async close(): Promise<void> {
    await this.#provider.shutdown();
  }
}
