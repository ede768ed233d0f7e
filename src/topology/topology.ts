import type { Channel } from "amqplib";

/** An open AMQP channel, as amqplib has it. */
export type AmqpChannel = Channel;

/** The exchange, queue and binding that events pass through. */
export interface Topology {
  /** Name of the topic exchange. */
  readonly exchange: string;
  /** Name of the durable queue. */
  readonly queue: string;
  /** Binding key of the queue, for example `*.event.*`. */
  readonly binding: string;
  /** Kind of the queue. Default: `classic`. */
  readonly queueType?: QueueType;
}

/** Kinds of queues that are declared. Quorum queues are replicated. */
export type QueueType = "classic" | "quorum";

/**
 * Makes the topic exchange, the queue and the binding, all durable; what is
 * there already with the same properties stays as it is.
 *
 * @throws amqplib's error if one exists with other properties (406).
 */
export async function declareTopology(
  channel: AmqpChannel,
  { exchange, queue, binding, queueType = "classic" }: Topology,
): Promise<void> {
  await channel.assertExchange(exchange, "topic", { durable: true });
  await channel.assertQueue(queue, {
    durable: true,
    // Without the argument a queue is classic; with it, one declared without
    // it would be another.
    ...(queueType === "quorum"
      ? { arguments: { "x-queue-type": "quorum" } }
      : {}),
  });
  await channel.bindQueue(queue, exchange, binding);
}
