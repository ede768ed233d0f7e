/**
 * A bounded queue between one sender and one reader, read as an async iterator.
 *
 * Asking for the next item tells that the one before has been processed, so
 * the channel knows when its reader is {@linkcode idle}.
 */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #capacity: number;
  /** A ring: `#count` items from `#first` on. */
  readonly #ring: (T | undefined)[];
  #first = 0;
  #count = 0;
  #closed = false;
  /** The reader has been told the end. */
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  /** Set exactly while the reader waits for an item. */
  #reader: Deferred<IteratorResult<T, undefined>> | undefined;
  /** Set while a sender waits for room. */
  #room: Deferred<void> | undefined;
  /** Set while somebody waits for the reader to have processed everything. */
  #idle: Deferred<void> | undefined;

  /** @param capacity Items it holds before the sender has to wait. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot make a channel: capacity is ${capacity}, it must be an integer from 1 up`,
      );
    }
    this.#capacity = capacity;
    this.#ring = new Array(capacity);
  }

  /**
   * Puts an item in. If that fills the channel, it returns a promise to wait
   * for before the next one is sent; else nothing, and nothing need be awaited.
   *
   * @throws The reader's error if it has failed; an error if the channel is
   * closed or full.
   */
  send(item: T): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#closed) throw new Error("Cannot send: the channel is closed");
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader.resolve({ done: false, value: item });
      return undefined;
    }
    if (this.#count === this.#capacity) {
      throw new Error("Cannot send: the channel is full, wait for its promise");
    }
    this.#ring[(this.#first + this.#count) % this.#capacity] = item;
    this.#count++;
    if (this.#count < this.#capacity) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** The next item, or the end once the channel is closed and empty. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#count > 0) {
      const value = this.#ring[this.#first] as T;
      this.#ring[this.#first] = undefined;
      this.#first = (this.#first + 1) % this.#capacity;
      this.#count--;
      // The sender goes on when half is free: one wake-up for many items.
      if (this.#room !== undefined && this.#count <= this.#capacity >> 1) {
        this.#room.resolve();
        this.#room = undefined;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    this.#idle?.resolve();
    this.#idle = undefined;
    if (this.#closed) {
      this.#ended = true;
      return Promise.resolve({ done: true, value: undefined });
    }
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /**
   * Settles when every item sent so far has been processed: nothing is queued
   * and the reader has come back for more.
   *
   * @throws The reader's error if it has failed.
   */
  idle(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#reader !== undefined || this.#ended) return undefined;
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  /** Ends the sequence; what is queued is still read. May be called again. */
  close(): void {
    this.#closed = true;
    if (this.#reader === undefined) return;
    this.#ended = true;
    this.#reader.resolve({ done: true, value: undefined });
    this.#reader = undefined;
  }

  /**
   * Says that the reader has died: what is queued is dropped, and everyone
   * who waits or comes later gets the error.
   */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#count = 0;
    this.#ring.fill(undefined);
    for (const waiting of [this.#room, this.#idle]) {
      // Whoever would wait may have failed as well; `send` tells it anyway.
      waiting?.promise.catch(() => {});
      waiting?.reject(error);
    }
    this.#room = this.#idle = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

type Deferred<T> = PromiseWithResolvers<T>;
