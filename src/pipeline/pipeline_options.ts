import type { EventConsumer } from "../count/event_consumer.ts";
import type { Tally } from "../count/tally.ts";
import type { MessageShape } from "../decode/decoder.ts";
import type { TypeRule } from "../decode/routing_key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Clock } from "../model/clock.ts";
import type { Source } from "../source/source.ts";

/** Settings of a `Pipeline`. */
export interface PipelineOptions extends MessageShape {
  /** Where deliveries come from; the run opens and closes it. */
  readonly source: Source;
  /** Where everything is kept; already open, and left open. */
  readonly ledger: Ledger;
  /** Which types are counted. Default: `created`, `updated`, `deleted`. */
  readonly types?: TypeRule;
  /**
   * Makes the consumers. Each new event goes to every one that subscribes to
   * its type; only what a consumer adds to the tally is counted. Default: the
   * `CountingConsumer` alone.
   */
  readonly consumers?: (tally: Tally) => readonly EventConsumer[];
  /** Silence that ends the run, in ms; 0 means it never ends. Default 5,000. */
  readonly idle?: number;
  /** Whether to stop as soon as the source is empty. Default: no. */
  readonly untilEmpty?: boolean;
  /**
   * Stop after so many deliveries, at least 1; the source gives the others
   * back. Default: any number.
   */
  readonly limit?: number;
  /** Deliveries in one checkpoint. Default 5,000. */
  readonly checkpointSize?: number;
  /** The longest a delivery waits for its checkpoint, in ms. Default 1,000. */
  readonly checkpointInterval?: number;
  /**
   * How often the broker lets a message come back unsettled before it drops
   * it. From half of that on each is processed in a batch of its own, and
   * before the last time it is rejected as `delivery_limit`. Default 20, which
   * is RabbitMQ's for quorum queues; classic queues do not count.
   */
  readonly deliveryLimit?: number;
  /**
   * Bytes that rejections of this run may take in the ledger, with routing key,
   * properties, and 256 for each: a batch with more ends the run (exit code 74),
   * and is not acked. Where others share the ledger, a function that finds how
   * many are left. Default: any number.
   */
  readonly rejectedRoom?: number | (() => Promise<number>);
  /** Events that may wait for one consumer loop. Default 1,024. */
  readonly channelCapacity?: number;
  /** Aborted to stop early: the batch in hand is finished, then it ends. */
  readonly signal?: AbortSignal;
  /**
   * Makes the snapshot out of the ledger: between two checkpoints now and then,
   * and between the last one and, for a ledger that forgets, the ack. Default:
   * none.
   *
   * @returns The files that hold the ledger's content.
   */
  readonly snapshot?: (ledger: Ledger) => Promise<readonly string[]>;
  /**
   * How long what is in the ledger may be missing in the files while the run
   * goes on, in ms; 0 means until its end. Longer where the files take more
   * than a hundredth of it to write; a ledger that forgets waits for the end.
   * Default 60,000.
   */
  readonly snapshotInterval?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}
