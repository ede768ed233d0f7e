import type { ChannelModel } from "amqplib";
import type { Clock } from "../../model/clock.ts";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import type { AmqpAddress } from "../../topology/amqp_address.ts";
import type { TlsOptions } from "../../topology/connection.ts";
import type { StreamStart } from "../stream/stream_start.ts";
import type { AmqpChannel, QueueType } from "../../topology/topology.ts";

/** Settings of an `AmqpSource`. */
export interface AmqpSourceOptions {
  /** The broker. */
  readonly address: AmqpAddress;
  /** Certificates, for an `amqps` address. */
  readonly tls?: TlsOptions | undefined;
  /** The queue to consume. */
  readonly queue: string;
  /** Deliveries the broker sends before it waits for an ack, 1 to 65,535. */
  readonly prefetch: number;
  /**
   * The name of a header to keep beside the properties that always are. Default:
   * none.
   */
  readonly header?: string | undefined;
  /**
   * Whether everything stays unacked until the end. Then a new consumer takes
   * over whenever `prefetch` deliveries have been taken, so that the broker
   * goes on although nothing is acked, but never runs ahead of the pipeline.
   */
  readonly holdAll: boolean;
  /**
   * Where to begin in a stream whose position is not known; should the stream
   * not reach from there to here any more, go on from here all the same. Other
   * queues are refused with it. Default: at the first message, and a gap is
   * refused.
   */
  readonly from?: StreamStart | undefined;
  /** Runs on every new channel before the queue is touched, to declare it. */
  readonly prepare: (channel: AmqpChannel) => Promise<void>;
  /** How long to try for the first connection, in ms. */
  readonly connectTimeout: number;
  /** How long to try after a loss, in ms. */
  readonly reconnectTimeout: number;
  /** What measures the time limits. */
  readonly clock: Clock;
  /**
   * Opens a connection. Default: amqplib does.
   *
   * @internal
   */
  readonly connect?: (
    address: AmqpAddress,
    tls: TlsOptions | undefined,
    timeLeft: number,
  ) => Promise<ChannelModel>;
}

/**
 * Refuses `from` where it means nothing: every queue but a stream begins where
 * it was emptied up to.
 *
 * @throws {EventCounterError} 2.
 */
export function refuseFrom(
  { queue, from }: Pick<AmqpSourceOptions, "queue" | "from">,
  type: QueueType | undefined,
): void {
  if (from === undefined || type === "stream") return;
  throw new EventCounterError(
    EXIT.usage,
    `Option "--from" is for streams, but queue "${queue}" is ` +
      `${type === undefined ? "none" : `of type ${type}`}; leave it out`,
  );
}
