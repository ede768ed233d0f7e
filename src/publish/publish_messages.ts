import type { Clock } from "../model/clock.ts";
import type { Expectation } from "./expectation.ts";
import type { GeneratedMessage } from "./generated_message.ts";
import { Pacer } from "./pacer.ts";
import type { Publisher } from "./publisher.ts";

/** What {@linkcode publishMessages} works with. */
export interface PublishingOptions {
  /** The messages, taken one at a time. */
  readonly messages: Iterable<GeneratedMessage>;
  readonly publisher: Publisher;
  /** Is told of every message that was published. */
  readonly expectation: Expectation;
  /** Messages per second. Default: as fast as the publisher takes them. */
  readonly rate?: number | undefined;
  readonly clock: Clock;
  /** Aborted to stop early; what was sent until then still arrives. */
  readonly signal: AbortSignal;
}

/**
 * Publishes messages, and waits until they have arrived.
 *
 * @throws What the publisher throws.
 */
export async function publishMessages(
  { messages, publisher, expectation, rate, clock, signal }: PublishingOptions,
): Promise<void> {
  const pacer = rate === undefined ? undefined : new Pacer(rate, clock);
  for (const message of messages) {
    const turn = pacer?.turn(signal);
    if (turn !== undefined) await turn;
    if (signal.aborted) break;
    const ready = publisher.publish(message);
    expectation.add(message);
    if (ready !== undefined) await ready;
  }
  await publisher.flush();
}
