import type { Channel, ChannelModel } from "amqplib";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { Clock } from "../model/clock.ts";
import type { Position } from "../model/position.ts";
import { refuseFrom } from "../source/amqp/amqp_source_options.ts";
import type { StreamStart } from "../source/stream/stream_start.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import { lastingFailure } from "../topology/amqp_failure.ts";
import { dropChannel } from "../topology/connection.ts";
import { findQueueType } from "../topology/queue_type.ts";
import {
  queueOptions,
  type QueueType,
  type Topology,
} from "../topology/topology.ts";
import type { Finding } from "../inspect/examination.ts";
import { quantity } from "../model/words.ts";

const NOT_FOUND = 404;

/** How long a stream may take to tell where it ends, in ms. */
const PATIENCE = 1_000;

/** A queue to look at. */
export interface QueueTarget {
  readonly topology: Topology;
  /** Whether a run would make what is missing. */
  readonly declare: boolean;
  /** Where a run would begin in a stream, if that is given. */
  readonly from?: StreamStart | undefined;
  /** Whether a run shares its ledger, and so its queues, with others. */
  readonly isShared: boolean;
  readonly address: AmqpAddress;
  readonly clock: Clock;
}

/** What a queue is found to be. */
export interface QueueFacts {
  readonly queue: string;
  /** Unknown where the broker does not tell. */
  readonly type?: QueueType;
  /** Messages ready to be delivered; unknown for a stream. */
  readonly messages?: number;
  readonly consumers?: number;
  /** Whether a run would make it. */
  readonly isMissing: boolean;
}

/** What a run would read of a stream. */
export interface StreamFacts {
  readonly stream: string;
  /** The offset it would begin at. */
  readonly from: number;
  /** The last offset that is there; nothing if it is empty. */
  readonly last?: number;
}

/** Looks at the exchange of a queue; where a run may declare it, exactly. */
export async function lookAtExchange(
  connection: ChannelModel,
  { topology: { exchange }, declare, address }: QueueTarget,
): Promise<Finding> {
  const isThere = await exists(
    onChannel(connection, (channel) => channel.checkExchange(exchange)),
    address,
  );
  const facts = { exchange, isMissing: !isThere };
  if (isThere) {
    // What is there with these properties stays as it is.
    if (declare) {
      await ask(
        connection,
        address,
        (channel) =>
          channel.assertExchange(exchange, "topic", { durable: true }),
      );
    }
    return { found: `"${exchange}" is there`, facts };
  }
  if (declare) refuseReserved(exchange, address);
  return declare
    ? { found: `"${exchange}" is missing: a run would make it`, facts }
    : {
      found: `"${exchange}" is missing: a run needs no more than the queue, ` +
        "but publishers do; check --exchange, or make it with --declare",
      warn: true,
      facts,
    };
}

/** Looks at a queue without taking anything from it. */
export async function lookAtQueue(
  connection: ChannelModel,
  target: QueueTarget,
): Promise<Finding<QueueFacts>> {
  const { topology, declare, isShared, address, from } = target;
  const { queue, binding } = topology;
  const look = onChannel(connection, (channel) => channel.checkQueue(queue));
  if (declare && !await exists(look, address)) {
    refuseReserved(queue, address);
    const type = topology.queueType ?? "classic";
    refuseFrom({ queue, from }, type);
    const facts = { queue, type, messages: 0, isMissing: true };
    return {
      found: `"${queue}" is missing: a run would make a ${type} queue, ` +
        `bound by ${binding}`,
      facts,
      value: facts,
    };
  }
  const state = await look.catch((error) => refuse(error, address));
  if (declare) {
    await ask(
      connection,
      address,
      (channel) => channel.assertQueue(queue, queueOptions(topology)),
    );
  }
  const type = await findQueueType(connection, queue)
    .catch((error) => refuse(error, address));
  refuseFrom({ queue, from }, type);
  const { messageCount, consumerCount } = state;
  const isStream = type === "stream";
  const facts = {
    queue,
    ...type && { type },
    ...!isStream && { messages: messageCount },
    consumers: consumerCount,
    isMissing: false,
  };
  const isContested = consumerCount > 0 && !isStream && !isShared;
  return {
    found: `"${queue}" is a ${type === undefined ? "" : `${type} `}queue: ` +
      (isStream ? "" : `${quantity(messageCount, "message")} ready, `) +
      quantity(consumerCount, "consumer") +
      (isContested ? ", which would get a part of them: stop what runs" : ""),
    warn: isContested,
    facts,
    value: facts,
  };
}

/**
 * Looks where a run would begin in a stream.
 *
 * @param position How far it has been counted, if it has been.
 */
export async function lookAtStream(
  connection: ChannelModel,
  { topology: { queue }, from, address, clock }: QueueTarget,
  position: Position | undefined,
): Promise<Finding<StreamFacts>> {
  // Loaded only when it is used.
  const { StreamConsumption } = await import(
    "../source/stream/stream_consumption.ts"
  );
  const { askStream } = await import("../source/stream/ask_stream.ts");
  try {
    const start = await new StreamConsumption(
      { queue, from, clock, prefetch: 1 },
      position,
    ).findStart(connection);
    const options = { clock, patience: PATIENCE };
    const end = await askStream(connection, queue, "last", options);
    const facts = { stream: queue, from: start, ...end && { last: end.last } };
    const rest = end === undefined
      ? "it is empty"
      : end.last < start
      ? `it ends at ${end.last}, so nothing waits`
      : `it ends at ${end.last}`;
    return {
      found: `"${queue}" would be read from offset ${start}, ${rest}`,
      facts,
      value: facts,
    };
  } catch (error) {
    return refuse(error, address);
  }
}

/** Whether what was asked for is there. */
async function exists(
  answer: Promise<unknown>,
  address: AmqpAddress,
): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    // The same code for a queue that a starting node has not opened yet.
    const isMissing = code === NOT_FOUND &&
      !/down or inaccessible/.test(messageOf(error));
    return isMissing ? false : refuse(error, address);
  }
}

async function ask(
  connection: ChannelModel,
  address: AmqpAddress,
  question: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  await onChannel(connection, question)
    .catch((error) => refuse(error, address));
}

/** Asks on a channel of its own, which a refusal closes. */
async function onChannel<T>(
  connection: ChannelModel,
  question: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createChannel();
  // It is told by the promise below as well.
  channel.on("error", () => {});
  const answer = await question(channel);
  dropChannel(channel);
  return answer;
}

/**
 * Refuses to make what only the broker makes.
 *
 * @throws {EventCounterError} As a run would, which the broker refuses.
 */
function refuseReserved(name: string, { masked }: AmqpAddress): void {
  if (!name.startsWith("amq.")) return;
  throw new EventCounterError(
    EXIT.brokerRefused,
    `The broker at ${masked} has no "${name}" and lets nobody make one: such ` +
      "names are its own; give another one",
  );
}

/** @throws {EventCounterError} As a run would. */
function refuse(error: unknown, address: AmqpAddress): never {
  throw lastingFailure(error, address) ??
    new EventCounterError(
      EXIT.brokerUnreachable,
      `Cannot use the broker at ${address.masked}: ${messageOf(error)}; ` +
        "it may just be starting: look again in a moment",
      { cause: error },
    );
}
