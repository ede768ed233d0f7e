import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Delivery, Settlement } from "../model/delivery.ts";

/** What an attachment tells its source. */
export interface AttachmentEvents {
  delivered(delivery: Delivery): void;
  /** The channel or its consumer is gone while the connection may live. */
  lost(error: Error): void;
}

/**
 * One channel with its consumer, from one (re)connection to the loss of it.
 * It is the settle handle of everything it delivered: a delivery tag means
 * nothing outside the channel that gave it out (AMQP 0-9-1, 3.1.5), and acking
 * it elsewhere would close that channel.
 */
export class AmqpAttachment implements Settlement {
  readonly #channel: Channel;
  readonly #queue: string;
  readonly #prefetch: number;
  readonly #events: AttachmentEvents;
  #consumerTag = "";
  #alive = true;

  private constructor(
    channel: Channel,
    queue: string,
    prefetch: number,
    events: AttachmentEvents,
  ) {
    this.#channel = channel;
    this.#queue = queue;
    this.#prefetch = prefetch;
    this.#events = events;
  }

  /**
   * Opens a channel, prepares it and starts consuming.
   *
   * @param prepare Runs before the queue is touched, to declare it.
   * @throws amqplib's error, for example 404 if there is no such queue.
   */
  static async open(
    connection: ChannelModel,
    queue: string,
    prefetch: number,
    prepare: (channel: Channel) => Promise<void>,
    events: AttachmentEvents,
  ): Promise<AmqpAttachment> {
    const channel = await connection.createChannel();
    const attachment = new AmqpAttachment(channel, queue, prefetch, events);
    // amqplib reports an error, if any, before the close that follows it.
    let cause = new Error("the channel was closed");
    channel.on("error", (error) => cause = error);
    channel.on("close", () => attachment.#lose(cause));
    await prepare(channel);
    await channel.checkQueue(queue);
    await channel.prefetch(prefetch);
    await attachment.consume();
    return attachment;
  }

  /** Starts a consumer with a prefetch window of its own. */
  async consume(): Promise<void> {
    const { consumerTag } = await this.#channel.consume(
      this.#queue,
      (message) => {
        if (message === null) {
          this.#lose(new Error("the broker cancelled the consumer"));
        } else if (this.#alive) {
          this.#events.delivered(new AmqpDelivery(message, this));
        }
      },
    );
    this.#consumerTag = consumerTag;
  }

  /** Ends deliveries; acks still work. */
  async cancel(): Promise<void> {
    if (this.#alive) await this.#channel.cancel(this.#consumerTag);
  }

  /** Cancels the consumer and starts the next, with a new prefetch window. */
  async renew(): Promise<void> {
    await this.cancel();
    if (this.#alive) await this.consume();
  }

  /**
   * Messages ready in the queue. The answer comes on the channel after every
   * delivery that was sent before it was given.
   */
  async ready(): Promise<number> {
    return (await this.#channel.checkQueue(this.#queue)).messageCount;
  }

  /** The only place that acks: one frame for everything up to the tag. */
  ackUpTo(tag: number): boolean {
    if (!this.#alive) return false;
    const message = { fields: { deliveryTag: tag } } as ConsumeMessage;
    this.#channel.ack(message, true);
    return true;
  }

  /** A channel keeps its order (AMQP 0-9-1, 4.7), so any answer will do. */
  confirm(): Promise<boolean> {
    return this.#alive
      ? this.ready().then(() => true, () => false)
      : Promise.resolve(false);
  }

  /**
   * Closes the channel. An ack has no answer; the close has, and it comes
   * after the broker has taken every ack before it.
   */
  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#alive = false;
    await this.#channel.close();
  }

  #lose(error: Error): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#events.lost(error);
  }
}

/** A delivery with no more in it than is needed, read once from amqplib's. */
class AmqpDelivery implements Delivery {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  readonly returns: number;
  readonly tag: number;

  constructor(
    message: ConsumeMessage,
    readonly settlement: AmqpAttachment,
  ) {
    const { fields, properties, content } = message;
    this.routingKey = fields.routingKey;
    this.body = content;
    this.redelivered = fields.redelivered;
    this.returns = properties.headers?.["x-delivery-count"] ?? 0;
    this.tag = fields.deliveryTag;
  }
}
