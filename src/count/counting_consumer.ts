import type { EventConsumer, EventHandler } from "./event_consumer.ts";
import type { Tally } from "./tally.ts";

/** The default consumer: each event adds 1 to its user's tally. */
export class CountingConsumer implements EventConsumer {
  readonly #tally: Tally;

  /**
   * Makes a consumer.
   *
   * @param tally Where it counts.
   */
  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** It counts every type. */
  handlerFor(type: string): EventHandler {
    const tally = this.#tally;
    return (userId) => {
      const users = tally.ofType(type);
      users.set(userId, (users.get(userId) ?? 0) + 1);
    };
  }
}
