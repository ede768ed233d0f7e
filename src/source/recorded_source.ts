import { type Delivery, NOTHING_TO_SETTLE } from "../model/delivery.ts";
import type { StoredRejection } from "../model/rejection.ts";
import type { Source } from "./source.ts";

/** The rejections that a ledger holds, each delivered once more; a page waits. */
export class RecordedSource implements Source {
  readonly #pages: AsyncIterator<readonly StoredRejection[]>;
  #wake: () => void = () => {};
  #waiting: Delivery[] = [];
  #isReading = false;
  #finished = false;
  #failure: { readonly error: unknown } | undefined;
  #tag = 0;

  /** @param rejections In pages, in the order of their rows. */
  constructor(rejections: AsyncIterable<readonly StoredRejection[]>) {
    this.#pages = rejections[Symbol.asyncIterator]();
  }

  readonly attached = true;
  readonly endsAs = "replay";

  get ended(): boolean {
    return this.#finished && this.#waiting.length === 0 &&
      this.#failure === undefined;
  }

  open(wake: () => void): Promise<void> {
    this.#wake = wake;
    this.#readOn();
    return Promise.resolve();
  }

  take(most: number): readonly Delivery[] {
    const taken = this.#waiting.splice(0, most);
    if (taken.length === 0 && this.#failure !== undefined) {
      throw this.#failure.error;
    }
    if (this.#waiting.length === 0) this.#readOn();
    return taken;
  }

  isEmpty(): Promise<boolean> {
    return Promise.resolve(this.ended);
  }

  isQuiet(): Promise<boolean> {
    return Promise.resolve(this.ended);
  }

  async stop(): Promise<void> {
    this.#finished = true;
    this.#waiting = [];
    await this.#pages.return?.();
  }

  async close(): Promise<undefined> {
    await this.stop();
  }

  async #readOn(): Promise<void> {
    if (this.#isReading || this.#finished) return;
    this.#isReading = true;
    try {
      const { done, value } = await this.#pages.next();
      if (done === true) this.#finished = true;
      else if (!this.#finished) this.#waiting = value.map(this.#deliver);
    } catch (error) {
      this.#failure = { error };
      this.#finished = true;
    }
    this.#isReading = false;
    this.#wake();
  }

  readonly #deliver = (
    { routingKey, body, properties, row }: StoredRejection,
  ): Delivery => ({
    routingKey,
    body,
    properties,
    redelivered: false,
    record: row,
    settlement: NOTHING_TO_SETTLE,
    tag: ++this.#tag,
  });
}
