import { getLogger } from "@logtape/logtape";
import { systemClock } from "../model/clock.ts";
import { messageOf } from "../model/errors.ts";
import type { TypeTotals } from "../model/counts.ts";
import {
  type ListenAddress,
  type Page,
  PageServer,
  text,
} from "../metrics/page_server.ts";
import { type MeasuredRun, RunMetrics } from "../metrics/run_metrics.ts";
import { MetricsFile } from "./metrics_file.ts";
import type { OpenTelemetry } from "../metrics/open_telemetry.ts";
import type { OtlpSender } from "../metrics/otlp_sender.ts";
import { isExporting } from "./telemetry.ts";
import type { LedgerPlace } from "./open_ledger_reader.ts";
import { VERSION } from "./version.ts";

const log = getLogger(["eventcounter", "cli"]);

/** Seconds for which a report is shown before it is made anew. */
const REPORT_AGE = 60;

/** Where to tell of a run; nothing where it is not to be told. */
export interface MonitoringPlaces {
  readonly metricsFile?: string;
  readonly listen?: ListenAddress;
  /** An OpenTelemetry collector. */
  readonly otlpEndpoint?: URL;
  /** The ledger, to show a report of it; `memory:` has none. */
  readonly ledger?: string;
  readonly out: string;
}

/**
 * Tells monitoring systems of a run: in a file, by HTTP, and through
 * OpenTelemetry, to a collector that is named or to Deno's exporter if that is
 * on.
 */
export class Monitoring {
  readonly #metrics: RunMetrics;
  readonly #file: MetricsFile | undefined;
  readonly #telemetry: OpenTelemetry | undefined;
  readonly #sender: OtlpSender | undefined;
  #server: PageServer | undefined;

  private constructor(
    metrics: RunMetrics,
    file: MetricsFile | undefined,
    { telemetry, sender }: Exporter,
  ) {
    this.#metrics = metrics;
    this.#file = file;
    this.#telemetry = telemetry;
    this.#sender = sender;
  }

  /**
   * Begins, before the run does.
   *
   * @param types Those that are counted, as far as that is known.
   * @throws {EventCounterError} 73 or 74 if the file cannot be written, 73 if it
   * cannot listen.
   */
  static async start(
    { metricsFile, listen, otlpEndpoint, ...ledger }: MonitoringPlaces,
    run: MeasuredRun,
    types: Iterable<string>,
  ): Promise<Monitoring> {
    const exporter = await openTelemetry(otlpEndpoint);
    const { telemetry } = exporter;
    const metrics = new RunMetrics(run, {
      version: VERSION,
      types,
      checkpointed: (seconds) => telemetry?.checkpoint(seconds),
    });
    const file = metricsFile === undefined
      ? undefined
      : await MetricsFile.find(metricsFile);
    const monitoring = new Monitoring(metrics, file, exporter);
    // What can refuse does so before anything is consumed.
    await file?.write(await metrics.text());
    if (listen !== undefined) monitoring.#listen(listen, ledger);
    telemetry?.update(await metrics.readings());
    return monitoring;
  }

  /** The files show these totals since now. */
  async snapshotTaken(totals: ReadonlyMap<string, TypeTotals>): Promise<void> {
    this.#metrics.snapshotTaken(totals);
    await this.#write();
  }

  /** The run has ended. @param isGood Whether it did what it was to do. */
  async end(isGood: boolean): Promise<void> {
    this.#metrics.end(isGood);
    await this.#write();
    await this.#sender?.close();
    await this.#server?.close();
  }

  #listen(address: ListenAddress, place: LedgerPlace): void {
    this.#server = new PageServer(address, {
      "/": reportOf(place),
      "/metrics": this.#metricsPage,
      "/healthz": () =>
        this.#metrics.isUp
          ? text("connected\n")
          : text("The broker is not connected.\n", 503),
    }, (error) =>
      log.warn("cannot answer who asks for metrics: {error}", {
        error: messageOf(error),
      }));
    const { url } = this.#server;
    if (hasReport(place)) log.info("the report is at {url}/", { url });
    log.info("metrics are at {url}/metrics", { url });
  }

  readonly #metricsPage: Page = async () =>
    new Response(await this.#metrics.text(), {
      headers: { "content-type": this.#metrics.contentType },
    });

  /** A run does not end because it cannot be told of. */
  async #write(): Promise<void> {
    this.#telemetry?.update(await this.#metrics.readings());
    try {
      await this.#file?.write(await this.#metrics.text());
    } catch (error) {
      log.warn("the metrics are not up to date: {error}", {
        error: messageOf(error),
      });
    }
  }
}

/** What tells metrics to OpenTelemetry, and what sends them if not Deno. */
interface Exporter {
  readonly telemetry?: OpenTelemetry;
  readonly sender?: OtlpSender;
}

/** Loaded only when it is used. */
async function openTelemetry(endpoint: URL | undefined): Promise<Exporter> {
  if (endpoint === undefined && !isExporting()) return {};
  const { OpenTelemetry } = await import("../metrics/open_telemetry.ts");
  if (endpoint === undefined) {
    const { metrics } = await import("@opentelemetry/api");
    return { telemetry: new OpenTelemetry(metrics.getMeter("eventcounter")) };
  }
  const { OtlpSender } = await import("../metrics/otlp_sender.ts");
  const sender = new OtlpSender(endpoint, {
    version: VERSION,
    clock: systemClock,
    onFailure: (error) =>
      log.warn(
        "the collector at {endpoint} has not taken the metrics: {error}",
        { endpoint: endpoint.href, error: messageOf(error) },
      ),
  });
  return { telemetry: new OpenTelemetry(sender.meter), sender };
}

/** Whether there is a ledger to be read besides. */
function hasReport({ ledger }: LedgerPlace): boolean {
  return ledger !== "memory:";
}

/**
 * The page with the report, which takes a look at every count: whoever asks
 * often, or together with others, gets the same one for a while.
 */
function reportOf(place: LedgerPlace): Page {
  let made = -Infinity;
  let page: Promise<string> | undefined;
  return async () => {
    if (!hasReport(place)) {
      return text("There is a report of a ledger only, not of memory:.\n", 404);
    }
    const now = systemClock.monotonic();
    if (page === undefined || now - made > REPORT_AGE * 1_000) {
      [made, page] = [now, makeReportOf(place)];
    }
    try {
      return new Response(await page, {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    } catch (error) {
      page = undefined;
      log.warn("the page with the report cannot be made: {error}", {
        error: messageOf(error),
      });
      return text(`${messageOf(error)}\n`, 503);
    }
  };
}

/** Loaded only when it is used. */
async function makeReportOf(place: LedgerPlace): Promise<string> {
  const { makeReport } = await import("./report_command.ts");
  return await makeReport(place, { refresh: REPORT_AGE });
}
