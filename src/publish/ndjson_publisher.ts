import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { writeMessageLine } from "../model/ndjson_line.ts";
import type { Message } from "./generated_message.ts";
import { OutputClosed, type Publisher } from "./publisher.ts";

/** Characters that may wait for a slow output. */
const WAITING_LIMIT = 64 * 1024;

const encoder = new TextEncoder();

/**
 * Writes messages as the lines that `--input` reads. A line is written at
 * once if the output is free, and together with others if it is busy: a slow
 * rate is seen as it comes, a fast one does not cost a write for each line.
 */
export class NdjsonPublisher implements Publisher {
  readonly #name: string;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param name What errors call the output, for example "standard output".
   * @param output Where the lines go; it is left open.
   */
  constructor(name: string, output: WritableStream<Uint8Array>) {
    this.#name = name;
    this.#writer = output.getWriter();
  }

  publish(message: Message): Promise<void> | undefined {
    if (this.#failure !== undefined) return this.flush();
    this.#waiting += writeMessageLine(message);
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
    return this.#waiting.length < WAITING_LIMIT ? undefined : this.flush();
  }

  async flush(): Promise<void> {
    await this.#writing;
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw new EventCounterError(
      EXIT.ioError,
      `Cannot write to ${this.#name}: ${
        messageOf(error)
      }; check where it goes and publish again`,
      { cause: error },
    );
  }

  close(): Promise<void> {
    this.#writer.releaseLock();
    return Promise.resolve();
  }

  /** Never throws: the next {@linkcode flush} tells what went wrong. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const lines = encoder.encode(this.#waiting);
        this.#waiting = "";
        await this.#writer.write(lines);
      }
    } catch (error) {
      this.#failure = { error };
    }
  }
}
