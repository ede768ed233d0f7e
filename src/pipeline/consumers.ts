import { getLogger } from "@logtape/logtape";
import { consumeEvents, type EventConsumer } from "../count/event_consumer.ts";
import type { Event } from "../model/event.ts";
import { Channel } from "../route/channel.ts";
import { Router } from "../route/router.ts";

const log = getLogger(["eventcounter", "pipeline"]);

/**
 * The router with a loop for each type of each consumer, started when the
 * first event of the type comes.
 */
export class Consumers {
  readonly #router = new Router();
  readonly #consumers: readonly EventConsumer[];
  readonly #channelCapacity: number;
  readonly #typeLimit: number;
  readonly #signal: AbortSignal;
  readonly #loops: Promise<void>[] = [];
  /** Types that are expected and have not come yet: each has its place. */
  readonly #expected = new Set<string>();
  #hasWarned = false;

  /**
   * @param consumers Each gets every event of the types it subscribes to.
   * @param channelCapacity Events that wait for one loop at most.
   * @param typeLimit Types it accepts in all, if fewer are expected.
   * @param signal Tells handlers to finish soon.
   */
  constructor(
    consumers: readonly EventConsumer[],
    channelCapacity: number,
    typeLimit: number,
    signal: AbortSignal,
  ) {
    this.#consumers = consumers;
    this.#channelCapacity = channelCapacity;
    this.#typeLimit = typeLimit;
    this.#signal = signal;
  }

  /** Keeps a place for types that were counted in earlier runs. */
  expect(types: Iterable<string>): void {
    for (const type of types) this.#expected.add(type);
  }

  /**
   * Whether somebody handles events of this type. The loops of a type start
   * when it is first asked for.
   */
  accepts(type: string): boolean {
    if (this.#router.has(type)) return true;
    const isExpected = this.#expected.delete(type);
    const taken = this.#router.types + this.#expected.size;
    if (taken >= this.#typeLimit && !isExpected) {
      this.#warnOfLimit(type);
      return false;
    }
    this.#start(type);
    return this.#router.has(type);
  }

  /** @see Router.publish */
  publish(event: Event): Promise<unknown> | undefined {
    return this.#router.publish(event);
  }

  /** @see Router.idle */
  idle(): Promise<unknown> | undefined {
    return this.#router.idle();
  }

  /** Ends every loop; settles when they have ended. */
  async close(): Promise<void> {
    this.#router.close();
    await Promise.all(this.#loops);
  }

  #warnOfLimit(type: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    log.warn(
      "there are {limit} types already: {type} and all further ones are rejected as unknown_type",
      { limit: this.#typeLimit, type },
    );
  }

  #start(type: string): void {
    for (const consumer of this.#consumers) {
      const handle = consumer.handlerFor(type);
      if (handle === undefined) continue;
      const channel = new Channel<Event>(this.#channelCapacity);
      this.#router.subscribe(type, channel);
      this.#loops.push(
        consumeEvents(channel, handle, this.#signal)
          // Whoever sends to the channel or waits for it gets the error.
          .catch((error) => channel.fail(error)),
      );
    }
  }
}
