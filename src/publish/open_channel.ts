import type { ChannelModel, ConfirmChannel } from "amqplib";
import type { Clock } from "../model/clock.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import { Attempts } from "../topology/attempts.ts";
import {
  dropConnection,
  openConnection,
  type TlsOptions,
} from "../topology/connection.ts";
import { declarePartitions, dividerName } from "../topology/partitions.ts";
import {
  checkNames,
  declareTopology,
  type Topology,
} from "../topology/topology.ts";

/** Where and how to open a channel. */
export interface OpenChannelOptions {
  readonly address: AmqpAddress;
  /** Certificates, for an `amqps` address. */
  readonly tls?: TlsOptions | undefined;
  /** Messages go to its exchange. */
  readonly topology: Topology;
  /** Whether to make exchange, queue and binding where they are missing. */
  readonly declare: boolean;
  /** Into how many queues to divide it. Default: there is one alone. */
  readonly partitions?: number | undefined;
  /** How long to try, in ms. */
  readonly connectTimeout: number;
  readonly clock: Clock;
}

/** A channel that confirms what is published on it, and its connection. */
export interface OpenedChannel {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
}

/**
 * Connects, trying again while the broker cannot be reached, opens a channel
 * and declares.
 *
 * @param signal Aborted to give up.
 * @returns The channel, or nothing if the signal was aborted before.
 * @throws {EventCounterError} 2 if a name is too long, 69 if the time is up, 77
 * if login or permission is refused, 76 if the exchange is missing or has other
 * properties than those declared, or if there is another number of partitions.
 */
export async function openChannel(
  options: OpenChannelOptions,
  signal: AbortSignal,
): Promise<OpenedChannel | undefined> {
  const { address, topology, partitions, connectTimeout, clock } = options;
  checkNames(topology);
  if (partitions !== undefined) {
    // The longest of the names that are made of it.
    checkNames({ ...topology, queue: dividerName(topology.queue) });
  }
  const attempts = new Attempts({
    address,
    timeLimit: connectTimeout,
    option: "--connect-timeout",
    clock,
  });
  return await attempts.succeed(
    (timeLeft) => tryOnce(options, timeLeft),
    ({ connection }) => dropConnection(connection),
    signal,
  );
}

async function tryOnce(
  { address, tls, topology, declare, partitions }: OpenChannelOptions,
  timeLeft: number,
): Promise<OpenedChannel> {
  const connection = await openConnection(address, tls, timeLeft);
  let lost: { readonly cause: unknown } | undefined;
  connection.on("close", (cause) => lost = { cause });
  try {
    const channel = await connection.createConfirmChannel();
    channel.on("error", (cause) => lost = { cause });
    if (!declare) await channel.checkExchange(topology.exchange);
    else if (partitions === undefined) await declareTopology(channel, topology);
    else await declarePartitions(connection, channel, topology, partitions);
    // The end may have come together with the last answer.
    if (lost !== undefined) throw lost.cause;
    return { connection, channel };
  } catch (error) {
    dropConnection(connection);
    throw error;
  }
}
