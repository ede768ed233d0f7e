import { Buffer } from "node:buffer";
import { getLogger } from "@logtape/logtape";
import type { ChannelModel, ConfirmChannel, Options } from "amqplib";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { within } from "../model/within.ts";
import { grouped } from "../model/words.ts";
import { lastingFailure } from "../topology/amqp_failure.ts";
import type { Message } from "./generated_message.ts";
import { openChannel, type OpenChannelOptions } from "./open_channel.ts";
import type { Publisher } from "./publisher.ts";

/** Messages under way to the broker and not confirmed by it yet. */
const UNCONFIRMED_LIMIT = 2_000;

/**
 * At the limit, sending goes on when so many are left: a new start for every
 * confirmed message would cost more than the message.
 */
const UNCONFIRMED_LOW = UNCONFIRMED_LIMIT / 2;

/** How long to wait for the broker's word when taking leave, in ms. */
const CLOSE_TIMEOUT = 3_000;

/**
 * `mandatory` makes the broker send back what no queue takes, instead of
 * throwing it away and confirming it all the same.
 */
const PROPERTIES: Options.Publish = {
  persistent: true,
  mandatory: true,
  contentType: "application/json",
};

const log = getLogger(["eventcounter", "publish"]);

/**
 * Publishes to a RabbitMQ exchange: persistent messages, each of which must
 * reach a queue and be confirmed by the broker.
 *
 * There is no second try: a message that was under way when the connection
 * broke may have arrived, and only whoever counts can tell. The first message
 * that no queue took, that the broker refused, or that got lost ends it all.
 */
export class AmqpPublisher implements Publisher {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;
  readonly #options: OpenChannelOptions;
  #wake: () => void = () => {};
  #writable = true;
  #sent = 0;
  /** Answers of the broker to messages: confirmed, or refused. */
  #acked = 0;
  #refused = 0;
  /** Sent back by the broker, which confirms these too. */
  #returned = 0;
  #returnedKey = "";
  #lost = false;
  #cause: unknown = new Error("the channel was closed");

  private constructor(
    connection: ChannelModel,
    channel: ConfirmChannel,
    options: OpenChannelOptions,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    this.#listen();
  }

  /**
   * Connects, trying again while the broker cannot be reached, and declares.
   *
   * @param signal Aborted to give up.
   * @returns The publisher, or nothing if the signal was aborted before.
   * @throws {EventCounterError} 69 if the time is up, 77 if login or
   * permission is refused, 76 if the exchange is missing or has other
   * properties than those declared.
   */
  static async open(
    options: OpenChannelOptions,
    signal: AbortSignal,
  ): Promise<AmqpPublisher | undefined> {
    const opened = await openChannel(options, signal);
    return opened === undefined
      ? undefined
      : new AmqpPublisher(opened.connection, opened.channel, options);
  }

  /** Messages that are in a queue for certain. */
  get confirmed(): number {
    return this.#acked - this.#returned;
  }

  publish(
    { routingKey, body, properties }: Message,
  ): Promise<void> | undefined {
    if (this.#isInTrouble) return this.flush();
    this.#writable = this.#channel.publish(
      this.#options.topology.exchange,
      routingKey,
      Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      properties === undefined
        ? PROPERTIES
        : Object.assign({}, PROPERTIES, properties),
      this.#settled,
    );
    this.#sent++;
    return this.#writable && this.#unconfirmed < UNCONFIRMED_LIMIT
      ? undefined
      : this.#untilReady();
  }

  async flush(): Promise<void> {
    // In trouble, too: the numbers that the error tells are final then.
    while (!this.#lost && this.#unconfirmed > 0) await this.#change();
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
  }

  async close(): Promise<void> {
    if (this.#lost) return;
    // Everything is confirmed or given up: no answer can change anything.
    const closed = this.#connection.close().catch(() => {});
    await within(this.#options.clock, CLOSE_TIMEOUT, closed);
  }

  /** What amqplib calls with the broker's answer to each message. */
  readonly #settled = (error: unknown): void => {
    if (error === null) this.#acked++;
    // Or its channel is gone, which is what gets reported then.
    else this.#refused++;
    this.#wake();
  };

  get #unconfirmed(): number {
    return this.#sent - this.#acked - this.#refused;
  }

  get #isInTrouble(): boolean {
    return this.#lost || this.#returned > 0 || this.#refused > 0;
  }

  #listen(): void {
    this.#channel.on("drain", () => {
      this.#writable = true;
      this.#wake();
    });
    this.#channel.on("return", ({ fields }) => {
      if (this.#returned++ === 0) this.#returnedKey = fields.routingKey;
      this.#wake();
    });
    this.#channel.on("error", (error) => this.#cause = error);
    this.#channel.on("close", () => {
      this.#lost = true;
      this.#wake();
    });
    this.#connection.on("error", (error) => this.#cause = error);
    // Comes after the channel's close but before whoever was woken goes on,
    // and where the broker is shut down it alone knows why.
    this.#connection.on("close", (error) => this.#cause = error ?? this.#cause);
    this.#connection.on(
      "blocked",
      (reason) =>
        log.warn("the broker takes no messages for now ({reason}), waiting", {
          reason,
        }),
    );
    this.#connection.on(
      "unblocked",
      () => log.info("the broker takes messages again"),
    );
  }

  async #untilReady(): Promise<void> {
    while (
      !this.#isInTrouble &&
      (!this.#writable || this.#unconfirmed > UNCONFIRMED_LOW)
    ) await this.#change();
    if (this.#isInTrouble) await this.flush();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #failure(): EventCounterError | undefined {
    const { address, topology: { exchange, queue, binding } } = this.#options;
    const numbers = `${grouped(this.confirmed)} of ${
      grouped(this.#sent)
    } sent are confirmed`;
    if (this.#lost) {
      const lasting = lastingFailure(this.#cause, address);
      return new EventCounterError(
        lasting?.exitCode ?? EXIT.brokerUnreachable,
        lasting === undefined
          ? `Lost the broker at ${address.masked} while publishing: ${
            messageOf(this.#cause)
          }; of the messages ${numbers}, publish again with the same --seed and what arrived twice counts once`
          : `${lasting.message} (of the messages ${numbers})`,
        { cause: this.#cause },
      );
    }
    if (this.#returned > 0) {
      return new EventCounterError(
        EXIT.brokerRefused,
        `Cannot publish to exchange "${exchange}" of the broker at ${address.masked}: ` +
          `no queue is bound to it for routing key "${this.#returnedKey}" (of the messages ${numbers}); ` +
          `bind queue "${queue}" with a key that matches, like "*.event.*" (--binding is "${binding}")`,
      );
    }
    if (this.#refused > 0) {
      return new EventCounterError(
        EXIT.brokerRefused,
        `Cannot publish to exchange "${exchange}" of the broker at ${address.masked}: ` +
          `it refused ${grouped(this.#refused)} of the messages ${numbers}; ` +
          `look for a full queue (x-max-length with reject-publish) and at the broker's log`,
      );
    }
    return undefined;
  }
}
