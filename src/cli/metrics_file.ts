import { continueCounters } from "../metrics/continued_counters.ts";
import { outputFailure } from "../output/output_failure.ts";
import { replaceTextFile, type TextFileKind } from "../output/text_file.ts";

const KIND: TextFileKind = {
  content: "metrics",
  beginning: "# HELP eventcounter_",
  option: "--metrics-file",
};

/** A file with metrics, whose counters go on from run to run. */
export class MetricsFile {
  readonly #path: string;
  readonly #earlier: string;

  private constructor(path: string, earlier: string) {
    this.#path = path;
    this.#earlier = earlier;
  }

  /**
   * Finds what an earlier run has left there.
   *
   * @throws {EventCounterError} 73 or 74 if it cannot be read.
   */
  static async find(path: string): Promise<MetricsFile> {
    try {
      // Anything else is refused when it is to be written.
      const { isFile } = await Deno.lstat(path);
      return new MetricsFile(path, isFile ? await Deno.readTextFile(path) : "");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw outputFailure(error, path, KIND.option);
      }
      return new MetricsFile(path, "");
    }
  }

  /**
   * Replaces its content.
   *
   * @param text The metrics of this run, in Prometheus' text format.
   * @throws {EventCounterError} As `replaceTextFile`.
   */
  async write(text: string): Promise<void> {
    const continued = continueCounters(text, this.#earlier);
    await replaceTextFile(this.#path, continued, KIND);
  }
}
