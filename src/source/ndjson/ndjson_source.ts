import { type Delivery, NOTHING_TO_SETTLE } from "../../model/delivery.ts";
import { EventCounterError, EXIT, messageOf } from "../../model/errors.ts";
import { readMessageLine } from "../../model/ndjson_line.ts";
import { readLines } from "./line_reader.ts";
import type { Extent, Source } from "../source.ts";

/** Deliveries that wait to be taken before reading pauses. */
const WAITING_LIMIT = 10_000;

/** The same for the bytes of their bodies (64 MiB). */
const WAITING_BYTES_LIMIT = 64 * 1024 * 1024;

/** If this many lines hold no message at all, the input is something else. */
const PATIENCE = 1_000;

/** Messages from a file or standard input, one JSON object a line. */
export class NdjsonSource implements Source {
  readonly #name: string;
  readonly #size: number | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #wake: () => void = () => {};
  #waiting: Delivery[] = [];
  #waitingBytes = 0;
  #readBytes = 0;
  #resume: (() => void) | undefined;
  #stopped = false;
  #finished = false;
  #failure: EventCounterError | undefined;
  #tag = 0;
  /** Whether a line has been a message. Until then others are held back. */
  #understood = false;

  /**
   * Reads only when it is opened.
   *
   * @param name What messages call the input: a path, or "standard input".
   * @param input Its bytes; cancelled when the source stops.
   * @param size How many bytes it has, if that is known.
   */
  constructor(
    name: string,
    input: ReadableStream<Uint8Array>,
    size?: number,
  ) {
    this.#name = name;
    this.#size = size;
    this.#reader = input.getReader();
  }

  readonly attached = true;

  get ended(): boolean {
    return this.#finished && this.#waiting.length === 0 &&
      this.#failure === undefined;
  }

  open(wake: () => void): Promise<void> {
    this.#wake = wake;
    this.#read().catch((error) => {
      this.#failure = error instanceof EventCounterError
        ? error
        : new EventCounterError(
          EXIT.ioError,
          `Cannot read ${this.#name}: ${
            messageOf(error)
          }; what was read before is counted, run again`,
          { cause: error },
        );
    }).finally(() => {
      this.#finished = true;
      this.#wake();
    });
    return Promise.resolve();
  }

  take(most: number): readonly Delivery[] {
    if (!this.#understood && !this.#finished) return [];
    if (this.#waiting.length === 0 && this.#failure !== undefined) {
      throw this.#failure;
    }
    const taken = this.#waiting.splice(0, most);
    for (const { body } of taken) this.#waitingBytes -= body.length;
    if (!this.#isFull) this.#resume?.();
    return taken;
  }

  isEmpty(): Promise<boolean> {
    return Promise.resolve(this.ended);
  }

  /** An input ends where it ends: a read that is under way is no silence. */
  isQuiet(): Promise<boolean> {
    return Promise.resolve(this.ended);
  }

  /** In bytes, and about, as long as something waits. */
  extent(): Promise<Extent | undefined> {
    const done = this.#readBytes - this.#waitingBytes;
    return Promise.resolve(
      this.#size === undefined
        ? undefined
        : { unit: "bytes", done, total: this.#size },
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = [];
    this.#resume?.();
    // An input that has failed says so again; `take` has told it.
    await this.#reader.cancel().catch(() => {});
  }

  async close(): Promise<undefined> {
    await this.stop();
  }

  get #isFull(): boolean {
    return this.#waiting.length >= WAITING_LIMIT ||
      this.#waitingBytes >= WAITING_BYTES_LIMIT;
  }

  async #read(): Promise<void> {
    for await (const lines of readLines(this.#chunks(), this.#name)) {
      // What stopping has cut off is no line.
      if (this.#stopped) return;
      for (const line of lines) this.#add(line);
      this.#wake();
      if (this.#isFull && !this.#understood) this.#giveUp();
      while (this.#isFull && !this.#stopped) {
        await new Promise<void>((resolve) => this.#resume = resolve);
      }
      if (this.#stopped) return;
    }
    this.#giveUp();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#readBytes += value.length;
      yield value;
    }
  }

  #add(line: Uint8Array<ArrayBuffer>): void {
    const message = readMessageLine(line);
    const known = message ?? { routingKey: "", body: line };
    this.#waiting.push({
      routingKey: known.routingKey,
      body: known.body,
      properties: message?.properties,
      // A line that was rejected before may be rejected again; one record of
      // it is enough.
      redelivered: false,
      rejectedBefore: message?.reason !== undefined,
      settlement: NOTHING_TO_SETTLE,
      tag: ++this.#tag,
      malformed: message === undefined,
    });
    this.#waitingBytes += known.body.length;
    if (message !== undefined) this.#understood = true;
    if (this.#tag >= PATIENCE) this.#giveUp();
  }

  /** @throws If there were lines, and not one of them was a message. */
  #giveUp(): void {
    if (this.#understood || this.#waiting.length === 0) return;
    const lines = this.#waiting.length;
    this.#waiting = [];
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot read ${this.#name}: none of its first ${lines} line(s) is a message; ` +
        'each line must be like {"routingKey":"user.event.created","body":"{\\"id\\":\\"…\\"}"}',
    );
  }
}
