import { EXPECTED_IDS } from "../model/expected_id.ts";
import { outputFailure } from "../output/output_failure.ts";
import type { GeneratedEvent } from "../publish/generated_message.ts";
import type { Expectation } from "../publish/expectation.ts";

/**
 * Writes the JSON files that a correct count must give; other files in the
 * folder stay.
 *
 * @throws {EventCounterError} 73 if one cannot be written, 74 if the disk is
 * full or fails.
 */
export async function writeExpectation(
  folder: string,
  expectation: Expectation,
): Promise<void> {
  for (const [name, text] of expectation.files()) {
    const path = `${folder}/${name}`;
    try {
      await Deno.writeTextFile(path, text);
    } catch (error) {
      throw outputFailure(error, path, "--expect");
    }
  }
}

/** Characters of lines that are written at once. */
const CHUNK = 64 * 1024;

/**
 * The file with the id of each event that must be counted, a line each:
 * `{"id":…,"user":…,"type":…}`. `verify --expect` reads it.
 */
export class ExpectedIdsFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #lines = "";

  /**
   * Makes it, or empties it.
   *
   * @throws {EventCounterError} As {@linkcode writeExpectation}; so do the others.
   */
  constructor(folder: string) {
    this.#path = `${folder}/${EXPECTED_IDS}`;
    const options = { write: true, create: true, truncate: true };
    this.#file = this.#try(() => Deno.openSync(this.#path, options));
  }

  /** Adds an event. */
  add(
    { id, userId, type }: GeneratedEvent,
  ): void {
    this.#lines += JSON.stringify({ id, user: userId, type }) + "\n";
    if (this.#lines.length >= CHUNK) this.flush();
  }

  /** Writes what has gathered. */
  flush(): void {
    this.#try(() => {
      const bytes = new TextEncoder().encode(this.#lines);
      for (let at = 0; at < bytes.length;) {
        at += this.#file.writeSync(bytes.subarray(at));
      }
    });
    this.#lines = "";
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #try<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw outputFailure(error, this.#path, "--expect");
    }
  }
}
