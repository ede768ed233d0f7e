import type { Channel, Options } from "amqplib";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { isTooLong, LONGEST_NAME } from "../model/name.ts";

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

/**
 * Refuses names that no broker can have.
 *
 * @throws {EventCounterError} 2 if one has more than 255 bytes of UTF-8.
 */
export function checkNames({ exchange, queue, binding }: Topology): void {
  for (
    const [option, name] of [
      ["--exchange", exchange],
      ["--queue", queue],
      ["--binding", binding],
    ] as const
  ) {
    if (!isTooLong(name)) continue;
    throw new EventCounterError(
      EXIT.usage,
      `Option "${option}" must have at most ${LONGEST_NAME} bytes, ` +
        `but got "${name}".`,
    );
  }
}

/**
 * Kinds of queues. Quorum queues are replicated, and so are streams, which are
 * read like a file and not emptied.
 */
export type QueueType = "classic" | "quorum" | "stream";

/**
 * Makes the topic exchange, the queue and the binding, all durable; what is
 * there already with the same properties stays as it is.
 *
 * @throws amqplib's error if one exists with other properties (406).
 */
export async function declareTopology(
  channel: AmqpChannel,
  topology: Topology,
): Promise<void> {
  const { exchange, queue, binding } = topology;
  await channel.assertExchange(exchange, "topic", { durable: true });
  await channel.assertQueue(queue, queueOptions(topology));
  await channel.bindQueue(queue, exchange, binding);
}

/** How a queue is declared. */
export function queueOptions(
  { queueType = "classic" }: Pick<Topology, "queueType">,
): Options.AssertQueue {
  // Without the argument a queue is classic; with it, one declared without it
  // would be another.
  return queueType === "classic"
    ? { durable: true }
    : { durable: true, arguments: { "x-queue-type": queueType } };
}
