import { Buffer } from "node:buffer";
import { type Channel, Connection } from "rabbitmq-client";
import type { StreamMessage } from "./stream_of_events.ts";

/** Messages that may be unconfirmed at a time. */
const WINDOW = 1_000;

/** A client of the tests' own, so that amqplib is not proved by amqplib. */
export class Publisher {
  private constructor(
    private readonly connection: Connection,
    private readonly channel: Channel,
  ) {}

  static async connect(url: string): Promise<Publisher> {
    const connection = new Connection(url);
    const channel = await connection.acquire();
    await channel.confirmSelect();
    return new Publisher(connection, channel);
  }

  /** Publishes persistent messages, and waits for every confirm. */
  async publish(
    exchange: string,
    messages: readonly StreamMessage[],
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += WINDOW) {
      await Promise.all(
        messages.slice(at, at + WINDOW).map(({ routingKey, body }) =>
          this.channel.basicPublish(
            { exchange, routingKey, durable: true },
            Buffer.from(body),
          )
        ),
      );
    }
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.connection.close();
  }
}
