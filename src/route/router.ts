import type { Event } from "../model/event.ts";
import type { Channel } from "./channel.ts";

/**
 * Gives each new event to every subscriber of its type (a broadcast). Each
 * subscriber has a bounded channel of its own; when one is full, the router's
 * caller waits, and with it the source.
 */
export class Router {
  readonly #subscribers = new Map<string, Channel<Event>[]>();

  /** Types with at least one subscriber. */
  get types(): number {
    return this.#subscribers.size;
  }

  /** Whether anyone takes events of this type. */
  has(type: string): boolean {
    return this.#subscribers.has(type);
  }

  /** Lets a channel receive every event of a type from now on. */
  subscribe(type: string, channel: Channel<Event>): void {
    const channels = this.#subscribers.get(type);
    if (channels === undefined) this.#subscribers.set(type, [channel]);
    else channels.push(channel);
  }

  /**
   * Sends the event to every subscriber of its type.
   *
   * @returns A promise to wait for before the next event if a channel is full.
   * @throws If nobody subscribes to the type: an event may not vanish. The
   * error of a subscriber that has failed.
   */
  publish(event: Event): Promise<unknown> | undefined {
    const channels = this.#subscribers.get(event.type);
    if (channels === undefined) {
      throw new Error(`Cannot route: type "${event.type}" has no subscriber`);
    }
    let full: Promise<unknown> | undefined;
    for (const channel of channels) {
      const room = channel.send(event);
      if (room === undefined) continue;
      full = full === undefined ? room : Promise.all([full, room]);
    }
    return full;
  }

  /**
   * Settles when every subscriber has processed everything it was given.
   *
   * @throws The error of a subscriber that has failed.
   */
  idle(): Promise<unknown> | undefined {
    const waiting: Promise<void>[] = [];
    for (const channels of this.#subscribers.values()) {
      for (const channel of channels) {
        const idle = channel.idle();
        if (idle !== undefined) waiting.push(idle);
      }
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting);
  }

  /** Closes every channel; what is queued is still processed. */
  close(): void {
    for (const channels of this.#subscribers.values()) {
      for (const channel of channels) channel.close();
    }
  }
}
