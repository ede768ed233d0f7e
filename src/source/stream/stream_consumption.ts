import { getLogger } from "@logtape/logtape";
import type { ChannelModel, ConsumeMessage } from "amqplib";
import { type Delivery, NOTHING_TO_SETTLE } from "../../model/delivery.ts";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import { fingerprintOf } from "../../model/fingerprint.ts";
import type { MessageProperties } from "../../model/message_properties.ts";
import type { Position } from "../../model/position.ts";
import { propertiesOf } from "../amqp/amqp_delivery.ts";
import type { AmqpAttachment } from "../amqp/amqp_attachment.ts";
import type { AmqpSourceOptions } from "../amqp/amqp_source_options.ts";
import type { Consumption } from "../amqp/consumption.ts";
import {
  type AskedOffset,
  askStream,
  offsetOf,
  type StreamAnswer,
} from "./ask_stream.ts";
import { findGap } from "./stream_gap.ts";
import type { StreamStart } from "./stream_start.ts";

/** How long a stream with something to tell may take to tell it, in ms. */
const PATIENCE = 3_000;

/** The same where nothing else depends on the answer. */
const SHORT_PATIENCE = 1_000;

const log = getLogger(["eventcounter", "source"]);

/** What of the settings is about streams. */
export type StreamOptions = Pick<
  AmqpSourceOptions,
  "queue" | "from" | "header" | "prefetch" | "clock"
>;

/**
 * How a stream is consumed: from an offset on, and nothing is taken out. Its
 * memory lasts over attachments, so that each begins behind what was taken on
 * the one before.
 */
export class StreamConsumption implements Consumption {
  readonly #options: StreamOptions;
  /** What is known of the last message that was counted or taken. */
  #known: (() => Position) | undefined;
  /** The offset to read from; not known before the first attachment. */
  #next: number | undefined;
  /** The last offset there was when it was asked for. */
  #end = -1;
  /** The tag that credit was given up to. */
  #credited = 0;

  /** @param position How far the stream has been counted, if it has been. */
  constructor(options: StreamOptions, position: Position | undefined) {
    this.#options = options;
    if (position === undefined) return;
    this.#known = () => position;
    this.#next = position.offset + 1;
  }

  async begin(connection: ChannelModel): Promise<Record<string, unknown>> {
    const offset = await this.findStart(connection);
    this.#credited = 0;
    log.info("reading stream {queue} from offset {offset}", {
      queue: this.#options.queue,
      offset: `${offset}`,
    });
    return { "x-stream-offset": offset };
  }

  /**
   * Finds the offset to begin at.
   *
   * @throws {EventCounterError} 65 if the stream does not reach back to where
   * it was read up to, and it is not said where to begin.
   */
  async findStart(connection: ChannelModel): Promise<number> {
    await this.#checkReach(connection);
    const { from = "first" } = this.#options;
    return this.#next ??= await this.#find(connection, from);
  }

  deliveryOf(message: ConsumeMessage): Delivery {
    const { queue, header } = this.#options;
    return new StreamDelivery(message, queue, header);
  }

  taken(deliveries: readonly Delivery[], attachment: AmqpAttachment): void {
    const last = deliveries.at(-1)!;
    const { tag, routingKey, body, position } = last;
    const { offset } = position!;
    this.#known = () => ({
      offset,
      fingerprint: fingerprintOf(routingKey, body),
    });
    this.#next = offset + 1;
    if (tag - this.#credited < this.#options.prefetch / 2) return;
    attachment.extendCredit(tag);
    this.#credited = tag;
  }

  /** Of a stream the broker never tells consumers, but it tells where it is. */
  hasAnswered(): boolean {
    return true;
  }

  async isEmpty({ connection }: AmqpAttachment): Promise<boolean> {
    const end = await this.#ask(connection, "last", SHORT_PATIENCE);
    return end === undefined
      ? this.#known === undefined
      : end.last < this.#next!;
  }

  /** Offsets have holes: it is what there is at most. */
  async remaining(
    { connection }: Pick<AmqpAttachment, "connection">,
  ): Promise<number | undefined> {
    const next = this.#next;
    if (next === undefined) return undefined;
    if (next > this.#end) {
      const end = await this.#ask(connection, "last", SHORT_PATIENCE);
      this.#end = end?.last ?? -1;
    }
    return Math.max(0, this.#end + 1 - this.#next!);
  }

  /** What was never read may be empty, which takes long to tell. */
  async countLeft(connection: ChannelModel): Promise<number | undefined> {
    if (this.#known === undefined) return undefined;
    this.#end = -1;
    return await this.remaining({ connection });
  }

  /** Everything is left where it was, always. */
  findLeftBehind(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Goes back to where to begin if there is no way on, and it may. */
  async #checkReach(connection: ChannelModel): Promise<void> {
    const position = this.#known?.();
    if (position === undefined) return;
    const gap = await findGap(
      (from) => this.#ask(connection, from, PATIENCE),
      position,
    );
    if (gap === undefined) return;
    const { queue, from } = this.#options;
    const what = `it is counted up to offset ${position.offset}, and ${gap}`;
    if (from === undefined) {
      throw new EventCounterError(
        EXIT.badInput,
        `Cannot go on with stream "${queue}": ${what}; give --from first to ` +
          "count all that is there (what was counted before is known by its id), or another --ledger",
      );
    }
    log.warn("stream {queue} has a gap: {what}; going on from {from}", {
      queue,
      what,
      from,
    });
    this.#known = undefined;
    this.#next = undefined;
  }

  /** The offset that a start means. */
  async #find(connection: ChannelModel, start: StreamStart): Promise<number> {
    if (typeof start === "number") return start;
    // What is gone from the beginning is left out.
    if (start === "first") return 0;
    if (start instanceof Date) {
      const value = Math.floor(start.getTime() / 1_000);
      const asked = { "!": "timestamp", value } as const;
      const answer = await this.#ask(connection, asked, SHORT_PATIENCE);
      if (answer !== undefined) return answer.first;
    }
    const end = await this.#ask(connection, "last", SHORT_PATIENCE);
    return end === undefined ? 0 : end.last + 1;
  }

  #ask(
    connection: ChannelModel,
    from: AskedOffset,
    patience: number,
  ): Promise<StreamAnswer | undefined> {
    const { queue, clock } = this.#options;
    return askStream(connection, queue, from, { clock, patience });
  }
}

/** A delivery with no more in it than is needed, read once from amqplib's. */
class StreamDelivery implements Delivery {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly properties: MessageProperties | undefined;
  readonly redelivered = false;
  readonly settlement = NOTHING_TO_SETTLE;
  readonly tag: number;
  readonly position: { readonly stream: string; readonly offset: number };

  constructor(
    message: ConsumeMessage,
    stream: string,
    header: string | undefined,
  ) {
    const { fields, content } = message;
    this.routingKey = fields.routingKey;
    this.body = content;
    this.properties = propertiesOf(message, header);
    this.tag = fields.deliveryTag;
    this.position = { stream, offset: offsetOf(message) };
  }
}
