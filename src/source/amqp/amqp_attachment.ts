import type { Channel, ChannelModel, ConsumeMessage, Replies } from "amqplib";
import type { Delivery, Settlement } from "../../model/delivery.ts";
import { dropConnection } from "../../topology/connection.ts";
import { findQueueType } from "../../topology/queue_type.ts";
import type { QueueType } from "../../topology/topology.ts";
import type { Consumption } from "./consumption.ts";
import { FrameReader } from "./frame_reader.ts";

/**
 * Bytes of bodies and headers that wait (32 MiB). With more, nothing is read from the broker
 * until they are taken: its prefetch counts messages, whatever their size.
 */
const WAITING_LIMIT = 32 * 1024 * 1024;

/** What {@linkcode AmqpAttachment.open} needs. */
export interface AttachmentOptions {
  /** The queue to consume. */
  readonly queue: string;
  /** See `AmqpSourceOptions.prefetch`. */
  readonly prefetch: number;
  /** Runs before the queue is touched, to declare it. */
  readonly prepare: (channel: Channel) => Promise<void>;
  /** How a queue of a type is consumed; nothing if the broker does not tell. */
  readonly consumptionOf: (
    type: QueueType | undefined,
  ) => Promise<Consumption>;
  /** Called when deliveries have come where none waited, and at the loss. */
  readonly changed: () => void;
}

/** What a queue tells of itself. */
export interface QueueState {
  /** Messages ready to be delivered. */
  readonly ready: number;
  /** Consumers that there are, this one included. */
  readonly consumers: number;
}

/**
 * One connection with one channel and a consumer, from its opening to the loss
 * of any of the three, and all that came on it.
 *
 * It is the settle handle of everything it delivered: a delivery tag means
 * nothing outside the channel that gave it out (AMQP 0-9-1, 3.1.5), and acking
 * it elsewhere would close that channel.
 */
export class AmqpAttachment implements Settlement {
  /** How its queue is consumed; known once it is open. */
  consumption!: Consumption;
  readonly #channel: Channel;
  readonly #reader: FrameReader;
  readonly #options: AttachmentOptions;
  readonly #lost = Promise.withResolvers<unknown>();
  /** Why it is lost, as far as is known. */
  #cause: unknown;
  #alive = true;
  /** Deliveries that nobody has taken yet. */
  #waiting: Delivery[] = [];
  /** What their bodies and headers add up to. */
  #waitingBytes = 0;
  /** Called when one waits where none did. */
  readonly #arrivals = new Set<() => void>();
  /** Deliveries of the current consumer. */
  #consumed = 0;
  #consumerTag = "";
  #lastLook: QueueState = { ready: 0, consumers: 0 };
  #isCancelled = false;
  #isAsked = false;
  #hasSettled = false;

  private constructor(
    /** It may open further channels. */
    readonly connection: ChannelModel,
    channel: Channel,
    reader: FrameReader,
    options: AttachmentOptions,
  ) {
    this.#channel = channel;
    this.#reader = reader;
    this.#options = options;
    // amqplib reports an error, if any, before the close that follows it. When
    // the connection is closed, its channels come first.
    channel.on("error", (error) => this.#cause ??= error);
    channel.on("close", () => {
      // Otherwise this end has closed it, or it is lost already.
      if (this.#alive) this.#lose();
    });
    connection.on("error", (error) => this.#cause ??= error);
    connection.on("close", (error) => {
      // Without one this end has closed it, and been answered.
      if (error === undefined && !this.#alive) return;
      this.#cause ??= error;
      this.#lose();
    });
  }

  /**
   * Opens a channel on a connection, prepares it and starts consuming. If it
   * cannot, it closes the connection.
   *
   * @throws amqplib's error, for example 404 if there is no such queue; what
   * ended the connection meanwhile; what `consumptionOf` throws.
   */
  static async open(
    connection: ChannelModel,
    options: AttachmentOptions,
  ): Promise<AmqpAttachment> {
    try {
      const reader = new FrameReader(connection.connection);
      const channel = await connection.createChannel();
      const attachment = new AmqpAttachment(
        connection,
        channel,
        reader,
        options,
      );
      await attachment.#start();
      return attachment;
    } catch (error) {
      dropConnection(connection);
      throw error;
    }
  }

  /** Whether it can deliver, and acks can reach their goal. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** Settles with the cause once it is lost. */
  get lost(): Promise<unknown> {
    return this.#lost.promise;
  }

  /** Whether the broker is known to have taken an ack. */
  get hasSettled(): boolean {
    return this.#hasSettled;
  }

  /** Deliveries that have come and were not taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Deliveries that the current consumer has brought. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Takes up to `most` of the deliveries that wait. */
  take(most: number): readonly Delivery[] {
    const waiting = this.#waiting;
    if (waiting.length === 0) return waiting;
    if (waiting.length <= most) {
      this.#emptyWaiting();
      return waiting;
    }
    const taken = waiting.splice(0, most);
    for (const delivery of taken) this.#waitingBytes -= bytesOf(delivery);
    if (this.#waitingBytes < WAITING_LIMIT) this.#reader.resume();
    return taken;
  }

  /** Ends deliveries; acks still work. What was not taken is given back. */
  async cancel(): Promise<void> {
    this.#isCancelled = true;
    this.#emptyWaiting();
    if (this.#alive) await this.#channel.cancel(this.#consumerTag);
  }

  /** Cancels the consumer and starts the next, with a new prefetch window. */
  async renew(): Promise<void> {
    this.#consumed = 0;
    if (this.#alive) await this.#channel.cancel(this.#consumerTag);
    if (this.#alive && !this.#isCancelled) await this.#consume();
  }

  /**
   * Waits for an answer of the broker, unless a delivery comes before it: where
   * many wait, the answer comes only when they are taken.
   *
   * @returns Nothing if a delivery waits.
   * @throws What the answer does.
   */
  async beforeDeliveries<T>(answer: Promise<T>): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const arrived = () => resolve(undefined);
    if (this.#waiting.length > 0) arrived();
    this.#arrivals.add(arrived);
    try {
      return await Promise.race([promise, answer]);
    } finally {
      this.#arrivals.delete(arrived);
    }
  }

  /**
   * Looks at the queue. The answer comes on the channel after every delivery
   * that was sent before it was given.
   */
  async look(): Promise<QueueState> {
    const { messageCount, consumerCount } = await this.#check();
    const state = { ready: messageCount, consumers: consumerCount };
    // What is there after the cancel is not this consumer's any more.
    if (!this.#isCancelled) this.#lastLook = state;
    return state;
  }

  /** Messages that are ready; unlike {@linkcode look}, it is not noted. */
  async countReady(): Promise<number> {
    return (await this.#check()).messageCount;
  }

  /** What the queue told last of those messages that this end consumes. */
  get lastLook(): QueueState {
    return this.#lastLook;
  }

  /** The only place where an ack takes messages out of a queue. */
  ackUpTo(tag: number): boolean {
    return this.#ack(tag);
  }

  /** On a stream, where an ack takes nothing out, it only lets more come. */
  extendCredit(tag: number): void {
    this.#ack(tag);
  }

  /** A channel keeps its order (AMQP 0-9-1, 4.7), so any answer will do. */
  confirm(): Promise<boolean> {
    return this.#alive
      ? this.#check().then(() => true, () => false)
      : Promise.resolve(false);
  }

  /**
   * Closes the channel. An ack has no answer; the close has, and it comes
   * after the broker has taken every ack before it.
   */
  async closeChannel(): Promise<void> {
    if (!this.#alive) return;
    this.#alive = false;
    await this.#channel.close();
  }

  /** Closes the connection, of which nothing is needed any more. */
  async closeConnection(): Promise<void> {
    this.#alive = false;
    await this.connection.close();
  }

  /** Nothing more is to be had from it, for a cause that the broker keeps. */
  lose(cause: Error): void {
    this.#cause ??= cause;
    this.#lose();
  }

  /** Closes everything without waiting for an answer. */
  drop(): void {
    this.#alive = false;
    dropConnection(this.connection);
  }

  /** One frame for everything up to the tag. */
  #ack(tag: number): boolean {
    if (!this.#alive) return false;
    const message = { fields: { deliveryTag: tag } } as ConsumeMessage;
    this.#channel.ack(message, true);
    if (!this.#isAsked) this.#ask();
    return true;
  }

  #check(): Promise<Replies.AssertQueue> {
    return this.#channel.checkQueue(this.#options.queue);
  }

  /** Notes when the first ack is known to have arrived. */
  async #ask(): Promise<void> {
    this.#isAsked = true;
    this.#hasSettled = await this.confirm();
  }

  async #start(): Promise<void> {
    try {
      await this.#setUp();
    } catch (error) {
      // What ended the connection tells more than that an answer is missing.
      throw this.#cause ?? error;
    }
    // Deliveries that came with the last answer may have ended it already.
    if (!this.#alive) throw await this.lost;
  }

  async #setUp(): Promise<void> {
    const { queue, prefetch, prepare, consumptionOf } = this.#options;
    await prepare(this.#channel);
    const type = await findQueueType(this.connection, queue);
    this.consumption = await consumptionOf(type);
    await this.#channel.prefetch(prefetch);
    await this.#consume();
  }

  /** Starts a consumer with a prefetch window of its own. */
  async #consume(): Promise<void> {
    const { consumerTag } = await this.#channel.consume(
      this.#options.queue,
      (message) => {
        if (message !== null) return this.#deliver(message);
        this.#cause = new Error("the broker cancelled the consumer");
        this.#lose();
      },
      { arguments: await this.consumption.begin(this.connection) },
    );
    this.#consumerTag = consumerTag;
  }

  #deliver(message: ConsumeMessage): void {
    if (!this.#alive || this.#isCancelled) return;
    this.#consumed++;
    const delivery = this.consumption.deliveryOf(message, this);
    this.#waiting.push(delivery);
    this.#waitingBytes += bytesOf(delivery);
    if (this.#waitingBytes >= WAITING_LIMIT) this.#reader.pause();
    if (this.#waiting.length > 1) return;
    for (const arrived of this.#arrivals) arrived();
    this.#options.changed();
  }

  #emptyWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#reader.resume();
  }

  /** Nothing more comes from it, and no ack goes to it. */
  #lose(): void {
    if (this.#alive) {
      this.#alive = false;
      // The broker has these back already and will deliver them again.
      this.#emptyWaiting();
      this.#options.changed();
    }
    // Where the connection is closed, it tells why right after this.
    queueMicrotask(() => {
      this.#lost.resolve(this.#cause ?? new Error("the channel was closed"));
      dropConnection(this.connection);
    });
  }
}

/** What a delivery holds that can be large. */
function bytesOf({ body, properties }: Delivery): number {
  const headers = properties?.headers;
  return headers === undefined
    ? body.length
    : body.length + JSON.stringify(headers).length;
}
