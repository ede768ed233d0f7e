import type { MessageProperties } from "./message_properties.ts";

/**
 * One message as the source handed it over. Its settle handle travels with it
 * through every stage, so an ack can never go to the wrong channel.
 */
export interface Delivery {
  /** The routing key as it came. */
  readonly routingKey: string;
  /** The body as it came. It may be a view of a larger buffer. */
  readonly body: Uint8Array;
  /** Those that came with it, if any did. */
  readonly properties?: MessageProperties | undefined;
  /**
   * True if the source may have handed over this very message before (AMQP
   * 0-9-1, `basic.deliver`, field `redelivered`).
   */
  readonly redelivered: boolean;
  /**
   * How often it was delivered before and came back unsettled, where the
   * broker counts that (quorum queues, header `x-delivery-count`).
   */
  readonly returns?: number;
  /**
   * True if it was read from the record of a rejection: should it be rejected
   * again, that record is enough.
   */
  readonly rejectedBefore?: boolean;
  /**
   * The row of the rejection that it was read from, in the ledger of this run.
   * If it can be counted now, that leaves the ledger with the same commit.
   */
  readonly record?: number;
  /**
   * Where it stands in a stream, which is not emptied by reading: the name of
   * the stream and the offset (RabbitMQ, header `x-stream-offset`).
   */
  readonly position?: { readonly stream: string; readonly offset: number };
  /** Where this delivery is settled. */
  readonly settlement: Settlement;
  /** Its number within the settlement; they only grow. */
  readonly tag: number;
  /**
   * Why the source itself could not read it as a message at all; such a
   * delivery is rejected as it stands.
   */
  readonly malformed?: boolean;
}

/** The settle handle that deliveries of one attachment of a source share. */
export interface Settlement {
  /**
   * Settles every delivery up to and including `tag`. Where the deliveries
   * can no longer be settled (their channel is gone) it does nothing: the
   * broker has already taken them back and will deliver them again.
   *
   * @returns Whether the acknowledgement was handed to the transport.
   */
  ackUpTo(tag: number): boolean;

  /**
   * Asks whoever delivered for an answer. It comes behind every
   * acknowledgement that was sent before, and so tells that these arrived.
   *
   * @returns True once it has come; false if the deliveries can no longer be
   * settled, or cannot be before it has come.
   */
  confirm(): Promise<boolean>;
}

/** That of a source which nothing is taken out of by reading. */
export const NOTHING_TO_SETTLE: Settlement = {
  ackUpTo: () => true,
  confirm: () => Promise.resolve(true),
};
