/** A RabbitMQ that answers. `await using` ends what was started for it. */
export interface Broker extends AsyncDisposable {
  /** Its AMQP URL, with user and password. */
  readonly url: string;
  /**
   * Where it came from: `given` by `AMQP_URL`; `private`, a `rabbitmq-server`
   * of our own; `compose`, a container of our own.
   */
  readonly origin: "given" | "private" | "compose";
  /**
   * Ends what was started for it and deletes its data. A given broker stays
   * as it is. Safe to repeat.
   */
  stop(): Promise<void>;
}

/**
 * There is no broker, and none could be started. The first line of the message
 * says what to do; the last lines of a broker's log may follow.
 */
export class BrokerUnavailableError extends Error {
  override readonly name = "BrokerUnavailableError";
}
