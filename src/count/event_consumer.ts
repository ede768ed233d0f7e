import type { Event } from "../model/event.ts";

/**
 * What is done with one event. If it returns a promise, the next event of the
 * type waits for it; the event counts as processed when it is fulfilled.
 *
 * @param userId The event's user.
 * @param event The whole event.
 * @param signal Aborted when the run is told to stop: finish soon.
 */
export type EventHandler = (
  userId: string,
  event: Event,
  signal: AbortSignal,
) => void | Promise<void>;

/**
 * Takes the new events of the types it subscribes to, one type independent of
 * the others.
 */
export interface EventConsumer {
  /** What to do with events of this type; nothing if it does not want them. */
  handlerFor(type: string): EventHandler | undefined;
}

/** The three events of a user's life, each handled by a method of its name. */
export interface UserEvents {
  /** A user was created. */
  created?: EventHandler;
  /** A user was updated. */
  updated?: EventHandler;
  /** A user was deleted. */
  deleted?: EventHandler;
}

/** Makes a consumer of an object with `created`, `updated` and `deleted`. */
export function consumerOf(handlers: UserEvents): EventConsumer {
  const byType = new Map<string, EventHandler | undefined>([
    ["created", handlers.created?.bind(handlers)],
    ["updated", handlers.updated?.bind(handlers)],
    ["deleted", handlers.deleted?.bind(handlers)],
  ]);
  return { handlerFor: (type) => byType.get(type) };
}

/**
 * The loop that owns one type for one consumer: takes each event from its
 * channel and has it handled, until the channel ends.
 *
 * @throws What the handler throws; the loop ends with it.
 */
export async function consumeEvents(
  events: AsyncIterable<Event>,
  handle: EventHandler,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of events) {
    // A handler that needs no waiting costs no turn of the event loop.
    const handled = handle(event.userId, event, signal);
    if (handled !== undefined) await handled;
  }
}
