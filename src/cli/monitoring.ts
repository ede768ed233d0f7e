import { getLogger } from "@logtape/logtape";
import { messageOf } from "../model/errors.ts";
import type { TypeTotals } from "../model/counts.ts";
import {
  type ListenAddress,
  type Page,
  PageServer,
  text,
} from "../metrics/page_server.ts";
import { type MeasuredRun, RunMetrics } from "../metrics/run_metrics.ts";
import { replaceTextFile } from "../output/text_file.ts";
import type { OpenTelemetry } from "../metrics/open_telemetry.ts";
import { isExporting } from "./telemetry.ts";
import { VERSION } from "./version.ts";

const log = getLogger(["eventcounter", "cli"]);

/** Where to tell of a run; nothing where it is not to be told. */
export interface MonitoringPlaces {
  readonly metricsFile?: string;
  readonly listen?: ListenAddress;
}

/**
 * Tells monitoring systems of a run: in a file, by HTTP, and through Deno's
 * OpenTelemetry exporter if that is on.
 */
export class Monitoring {
  readonly #metrics: RunMetrics;
  readonly #file: string | undefined;
  readonly #telemetry: OpenTelemetry | undefined;
  #server: PageServer | undefined;

  private constructor(
    metrics: RunMetrics,
    file: string | undefined,
    telemetry: OpenTelemetry | undefined,
  ) {
    this.#metrics = metrics;
    this.#file = file;
    this.#telemetry = telemetry;
  }

  /**
   * Begins, before the run does.
   *
   * @param types Those that are counted, as far as that is known.
   * @throws {EventCounterError} 73 or 74 if the file cannot be written, 73 if it
   * cannot listen.
   */
  static async start(
    { metricsFile, listen }: MonitoringPlaces,
    run: MeasuredRun,
    types: Iterable<string>,
  ): Promise<Monitoring> {
    const telemetry = await openTelemetry();
    const metrics = new RunMetrics(run, {
      version: VERSION,
      types,
      checkpointed: (seconds) => telemetry?.checkpoint(seconds),
    });
    const monitoring = new Monitoring(metrics, metricsFile, telemetry);
    // What can refuse does so before anything is consumed.
    if (metricsFile !== undefined) await monitoring.#replace(metricsFile);
    if (listen !== undefined) monitoring.#listen(listen);
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
    await this.#server?.close();
  }

  #listen(address: ListenAddress): void {
    this.#server = new PageServer(address, {
      "/": home,
      "/metrics": this.#metricsPage,
      "/healthz": () =>
        this.#metrics.isUp
          ? text("connected\n")
          : text("The broker is not connected.\n", 503),
    });
    log.info("metrics are at {url}/metrics", { url: this.#server.url });
  }

  readonly #metricsPage: Page = async () =>
    new Response(await this.#metrics.text(), {
      headers: { "content-type": this.#metrics.contentType },
    });

  async #replace(file: string): Promise<void> {
    const text = await this.#metrics.text();
    await replaceTextFile(file, text, "--metrics-file");
  }

  /** A run does not end because it cannot be told of. */
  async #write(): Promise<void> {
    this.#telemetry?.update(await this.#metrics.readings());
    if (this.#file === undefined) return;
    try {
      await this.#replace(this.#file);
    } catch (error) {
      log.warn("the metrics are not up to date: {error}", {
        error: messageOf(error),
      });
    }
  }
}

/** Loaded only when it is used. */
async function openTelemetry(): Promise<OpenTelemetry | undefined> {
  if (!isExporting()) return undefined;
  const { OpenTelemetry } = await import("../metrics/open_telemetry.ts");
  return new OpenTelemetry();
}

const HOME = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>eventcounter</title>
<h1>eventcounter</h1>
<p>This run can be watched: <a href="/metrics">metrics</a>, for Prometheus, and
<a href="/healthz">whether the broker is connected</a>.</p>
</html>
`;

function home(): Response {
  return new Response(HOME, {
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}
