import { getLogger } from "@logtape/logtape";
import type { ChannelModel, ConfirmChannel } from "amqplib";
import type { Clock } from "../model/clock.ts";
import { messageOf } from "../model/errors.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import {
  connectionOptions,
  type TlsOptions,
} from "../topology/connection_options.ts";
import { FailureJudge, unreachable } from "../topology/amqp_failure.ts";
import { declareTopology, type Topology } from "../topology/topology.ts";
import { pause } from "./pause.ts";

/** Where and how to open a channel. */
export interface OpenChannelOptions {
  readonly address: AmqpAddress;
  /** Certificates, for an `amqps` address. */
  readonly tls?: TlsOptions | undefined;
  /** Messages go to its exchange. */
  readonly topology: Topology;
  /** Whether to make exchange, queue and binding where they are missing. */
  readonly declare: boolean;
  /** How long to try, in ms. */
  readonly connectTimeout: number;
  readonly clock: Clock;
}

/** A channel that confirms what is published on it, and its connection. */
export interface OpenedChannel {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
}

/** Between attempts: 0.1 s at first, doubled up to 2 s; in ms. */
const FIRST_RETRY_DELAY = 100;
const LONGEST_RETRY_DELAY = 2_000;

/** How long one attempt may take, in ms. */
const ATTEMPT_TIMEOUT = 10_000;

const log = getLogger(["eventcounter", "publish"]);

/**
 * Connects, trying again while the broker cannot be reached, opens a channel
 * and declares.
 *
 * @param signal Aborted to give up.
 * @returns The channel, or nothing if the signal was aborted before.
 * @throws {EventCounterError} 69 if the time is up, 77 if login or permission
 * is refused, 76 if the exchange is missing or has other properties than those
 * declared.
 */
export async function openChannel(
  options: OpenChannelOptions,
  signal: AbortSignal,
): Promise<OpenedChannel | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const abort = () => aborted.resolve(undefined);
  signal.addEventListener("abort", abort);
  try {
    // An attempt can take long, and nobody waits for it then.
    return await Promise.race([tryInTime(options, signal), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function tryInTime(
  options: OpenChannelOptions,
  signal: AbortSignal,
): Promise<OpenedChannel | undefined> {
  const { address, connectTimeout, clock } = options;
  const deadline = clock.monotonic() + connectTimeout;
  const left = () => deadline - clock.monotonic();
  const judge = new FailureJudge(address);
  let delay = FIRST_RETRY_DELAY;
  while (!signal.aborted) {
    try {
      const opened = await tryOnce(options, Math.max(1, left()));
      if (!signal.aborted) return opened;
      await opened.connection.close().catch(() => {});
    } catch (error) {
      const lasting = judge.lasting(error);
      if (lasting !== undefined) throw lasting;
      log.debug("cannot connect: {error}", { error: messageOf(error) });
      const isLast = left() <= delay;
      await pause(clock, Math.min(delay, left()), signal);
      if (isLast && !signal.aborted) {
        throw unreachable(error, address, connectTimeout, "--connect-timeout");
      }
      delay = Math.min(2 * delay, LONGEST_RETRY_DELAY);
    }
  }
  return undefined;
}

async function tryOnce(
  { address, tls, topology, declare }: OpenChannelOptions,
  timeLeft: number,
): Promise<OpenedChannel> {
  // Loaded here, since it takes longer to load than the rest of the program.
  const { connect } = await import("amqplib");
  const connection = await connect({ ...address }, {
    ...connectionOptions(address, tls, Math.min(timeLeft, ATTEMPT_TIMEOUT)),
  });
  // Every error is followed by a close, or by a promise that fails.
  connection.on("error", () => {});
  try {
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => {});
    if (declare) await declareTopology(channel, topology);
    else await channel.checkExchange(topology.exchange);
    return { connection, channel };
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
}
