import type { ChannelModel, ConsumeMessage } from "amqplib";
import type { Delivery } from "../../model/delivery.ts";
import type { LeftBehind } from "../source.ts";
import type { AmqpAttachment, QueueState } from "./amqp_attachment.ts";

/** What differs by the type of a queue in how it is consumed. */
export interface Consumption {
  /**
   * Called before a consumer starts on a connection.
   *
   * @returns The arguments that it is to have.
   */
  begin(connection: ChannelModel): Promise<Record<string, unknown>>;

  /** What a message is to the pipeline. */
  deliveryOf(message: ConsumeMessage, attachment: AmqpAttachment): Delivery;

  /** Some deliveries, at least one, were taken by the pipeline. */
  taken(deliveries: readonly Delivery[], attachment: AmqpAttachment): void;

  /**
   * Whether the queue itself has told its state, not the broker in its place.
   *
   * @param state What was told while a consumer was on it.
   */
  hasAnswered(state: QueueState): boolean;

  /** Whether the broker has nothing left to deliver. */
  isEmpty(attachment: AmqpAttachment): Promise<boolean>;

  /** How many messages are still to be taken; nothing if that is not known. */
  remaining(attachment: AmqpAttachment): Promise<number | undefined>;

  /**
   * Counts what the next run can be given, on a connection whose channel has
   * given back all that was not acked; nothing if that is not known.
   */
  countLeft(connection: ChannelModel): Promise<number | undefined>;

  /** What was ready when silence was believed, and still is. */
  findLeftBehind(attachment: AmqpAttachment): Promise<LeftBehind | undefined>;
}
