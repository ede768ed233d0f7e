import type { Delivery, Source } from "../../src/mod.ts";
import type { Message } from "./messages.ts";

/** Deliveries a socket brings at once, some 64 KiB of frames. */
const CHUNK = 500;

/** Messages from memory: a source that costs next to nothing. */
export class ArraySource implements Source {
  readonly attached = true;
  readonly #messages: readonly Message[];
  #at = 0;

  constructor(messages: readonly Message[]) {
    this.#messages = messages;
  }

  get ended(): boolean {
    return this.#at === this.#messages.length;
  }

  take(most: number): readonly Delivery[] {
    const from = this.#at;
    this.#at = Math.min(from + most, from + CHUNK, this.#messages.length);
    return this.#messages.slice(from, this.#at).map((
      { routingKey, body },
      i,
    ) => ({
      // As from a socket, each message brings a string of its own.
      routingKey: ` ${routingKey}`.slice(1),
      body,
      redelivered: false,
      settlement: NOWHERE,
      tag: from + i + 1,
    }));
  }

  open = (): Promise<void> => Promise.resolve();
  isEmpty = (): Promise<boolean> => Promise.resolve(this.ended);
  isQuiet = (): Promise<boolean> => Promise.resolve(this.ended);
  stop = (): Promise<void> => Promise.resolve();
  close = (): Promise<undefined> => Promise.resolve(undefined);
}

const NOWHERE = {
  ackUpTo: () => true,
  confirm: () => Promise.resolve(true),
};
