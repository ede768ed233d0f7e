import { Buffer } from "node:buffer";
import { type Channel, Connection } from "rabbitmq-client";
import { oneTurn } from "./fake_clock.ts";
import type { StreamMessage } from "./stream_of_events.ts";

/** Messages that may be unconfirmed at a time. */
const WINDOW = 1_000;

/** A client of the tests' own, so that amqplib is not proved by amqplib. */
export class Publisher {
  readonly #lost: Promise<void>;
  #returned = 0;

  private constructor(
    private readonly connection: Connection,
    private readonly channel: Channel,
  ) {
    channel.on("basic.return", () => this.#returned++);
    this.#lost = new Promise((resolve) => channel.once("close", resolve));
  }

  static async connect(url: string): Promise<Publisher> {
    const connection = new Connection(url);
    // Whoever publishes learns of a loss by what is not confirmed.
    connection.on("error", () => {});
    const channel = await connection.acquire();
    await channel.confirmSelect();
    return new Publisher(connection, channel);
  }

  /**
   * Publishes persistent messages, and waits for every confirm.
   *
   * @throws If no queue has taken one: that is confirmed, too.
   */
  async publish(
    exchange: string,
    messages: readonly StreamMessage[],
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += WINDOW) {
      await Promise.all(
        messages.slice(at, at + WINDOW).map((message) =>
          this.#publish(exchange, message)
        ),
      );
    }
    await this.#refuseReturned();
  }

  /**
   * The same on a connection that may be lost meanwhile.
   *
   * @returns Those whose confirm has not come: the broker may have them.
   */
  async attempt<Message extends StreamMessage>(
    exchange: string,
    messages: readonly Message[],
  ): Promise<Message[]> {
    const unconfirmed = new Set(messages);
    for (
      let at = 0;
      at < messages.length && this.channel.active;
      at += WINDOW
    ) {
      const confirms = messages.slice(at, at + WINDOW).map((message) =>
        this.#publish(exchange, message).then(() => unconfirmed.delete(message))
      );
      // A message that waits for the socket is told of no loss.
      await Promise.race([Promise.all(confirms), this.#lost]).catch(() => {});
    }
    await this.#refuseReturned();
    return [...unconfirmed];
  }

  async #refuseReturned(): Promise<void> {
    // The client tells of what comes back a turn later than of the confirm.
    await oneTurn();
    if (this.#returned === 0) return;
    throw new Error(`No queue has taken ${this.#returned} of the messages`);
  }

  #publish(
    exchange: string,
    { routingKey, body }: StreamMessage,
  ): Promise<void> {
    return this.channel.basicPublish(
      { exchange, routingKey, durable: true, mandatory: true },
      Buffer.from(body),
    );
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.connection.close();
  }
}
