import { getLogger } from "@logtape/logtape";
import type { Channel, ChannelModel } from "amqplib";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { queueOptions, type Topology } from "./topology.ts";

/**
 * Chooses a queue by hash of the routing key modulo their number, in the order
 * of their names. Unlike `x-consistent-hash` it chooses the same one after a
 * restart (https://www.rabbitmq.com/docs/modulus-hash-exchange).
 */
const EXCHANGE_TYPE = "x-modulus-hash";

const NOT_FOUND = 404;

const log = getLogger(["eventcounter", "broker"]);

/** Name of one of the queues that share the events of a queue's name. */
export function partitionName(queue: string, number: number): string {
  return `${queue}.${number}`;
}

/** Name of the exchange that shares the events out to these queues. */
export function dividerName(queue: string): string {
  return `${queue}.partitions`;
}

/**
 * Makes the topic exchange and, behind it, an exchange that shares the events
 * out by routing key to so many queues, named `<queue>.0`, `<queue>.1`, …; all
 * of it durable. What is there already stays as it is.
 *
 * @throws {EventCounterError} 76 if the broker lacks the plugin for it, or if
 * there is another number of them: most users would change their queue, and
 * what is repeated to them would be counted twice. amqplib's error if one
 * exists with other properties (406).
 */
export async function declarePartitions(
  connection: ChannelModel,
  channel: Channel,
  topology: Topology,
  partitions: number,
): Promise<void> {
  const { exchange, queue, binding } = topology;
  await refuseOtherNumber(connection, queue, partitions);
  await channel.assertExchange(exchange, "topic", { durable: true });
  const divider = dividerName(queue);
  await assertDivider(connection, channel, divider);
  // The first one comes last: where it is, all are there.
  for (let number = partitions - 1; number >= 0; number--) {
    const name = partitionName(queue, number);
    await channel.assertQueue(name, queueOptions(topology));
    // Their order, and so who gets what, is that of binding keys and names.
    await channel.bindQueue(name, divider, "");
  }
  // Nothing is shared out before all of them take part.
  await channel.bindExchange(divider, exchange, binding);
  warnOfKhepri(connection);
}

async function refuseOtherNumber(
  connection: ChannelModel,
  queue: string,
  partitions: number,
): Promise<void> {
  const there = await countPartitions(connection, queue);
  if (there === 0 || there === partitions) return;
  throw new EventCounterError(
    EXIT.brokerRefused,
    `Cannot make ${partitions} partition(s) of queue "${queue}": there are ${there}, ` +
      "and with another number most users would change theirs; give that number with --partitions, or another --queue",
  );
}

/** Asks on a channel of its own, which the broker closes at the end. */
async function countPartitions(
  connection: ChannelModel,
  queue: string,
): Promise<number> {
  const channel = await connection.createChannel();
  // It is told by the promise below as well.
  channel.on("error", () => {});
  for (let number = 0;; number++) {
    try {
      await channel.checkQueue(partitionName(queue, number));
    } catch (error) {
      if ((error as { code?: unknown }).code !== NOT_FOUND) throw error;
      return number;
    }
  }
}

/** The broker closes the whole connection for a type that it does not know. */
async function assertDivider(
  connection: ChannelModel,
  channel: Channel,
  name: string,
): Promise<void> {
  let refusal: unknown;
  const note = (error: unknown) => refusal = error;
  connection.on("error", note);
  try {
    await channel.assertExchange(name, EXCHANGE_TYPE, { durable: true });
  } catch (error) {
    if (!/exchange type/.test(messageOf(refusal))) throw error;
    throw new EventCounterError(
      EXIT.brokerRefused,
      `Cannot make partitions: the broker knows no exchange of type ${EXCHANGE_TYPE}; ` +
        "enable its plugin there: rabbitmq-plugins enable rabbitmq_sharding",
      { cause: refusal },
    );
  } finally {
    connection.off("error", note);
  }
}

function warnOfKhepri({ connection }: ChannelModel): void {
  const { version } = connection.serverProperties;
  if (!mayMoveUsers(version)) return;
  log.warn(
    "RabbitMQ {version} may share users out otherwise after a restart if it keeps its definitions in Khepri; use 4.3 or later for partitions",
    { version },
  );
}

/**
 * Whether a version of RabbitMQ may send users elsewhere after a restart. It
 * sorts the queues since 4.3; before, its old database did, and Khepri did not
 * (https://github.com/rabbitmq/rabbitmq-server/pull/15849).
 */
export function mayMoveUsers(version: string): boolean {
  return /^4\.[0-2]\./.test(version);
}
