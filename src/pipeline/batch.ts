import type { Counts } from "../model/counts.ts";
import type { CheckpointBatch } from "../ledger/ledger.ts";
import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import { fingerprintOf } from "../model/fingerprint.ts";
import type { Position } from "../model/position.ts";
import { type Rejection, sizeOfRejection } from "../model/rejection.ts";
import { Acks } from "./acks.ts";

/** A delivery that was rejected, until its checkpoint decides about it. */
export interface RejectedDelivery {
  readonly delivery: Delivery;
  readonly rejection: Rejection;
  /** See `Rejection`; known as soon as there is such an event. */
  follows?: string;
  precedes?: string;
}

/** What has gathered since the last checkpoint, and what it takes to ack it. */
export class Batch {
  /** Deliveries in it. */
  size = 0;
  /** How many of them carried the broker's redelivered flag. */
  redelivered = 0;
  /** Events that turned out to be new. */
  unique = 0;
  /** Deliveries that repeat what was processed before. */
  duplicates = 0;
  /** Bytes that are kept because they were rejected, about. */
  rejectedBytes = 0;
  /** Those that are recorded already, and stay as they are. */
  readonly stillRejected: Rejection[] = [];
  /** Every event in it, new or not: a checkpoint may have to be made anew. */
  readonly events: Event[] = [];
  /** Those of them, from the first on, that have been claimed. */
  claimed = 0;
  /** Rows of rejections that are events now. */
  readonly released: number[] = [];
  /** Deliveries that cannot be counted, in order. */
  readonly rejected: RejectedDelivery[] = [];
  /** The acks to send once it is durable. */
  readonly acks = new Acks();
  /** The last delivery of each stream. */
  readonly #lastOfStreams = new Map<string, Delivery>();
  readonly #single: Event[] = [];

  /** Notes a delivery: once the batch is durable, it is to be acked. */
  add(delivery: Delivery): void {
    this.size++;
    if (delivery.redelivered) this.redelivered++;
    const { position } = delivery;
    if (position !== undefined) {
      this.#lastOfStreams.set(position.stream, delivery);
    }
    this.acks.add(delivery.settlement, delivery.tag);
  }

  /** Keeps a delivery that cannot be counted. */
  addRejected(rejected: RejectedDelivery): void {
    this.rejected.push(rejected);
    this.rejectedBytes += sizeOfRejection(rejected.rejection);
    const { delivery, rejection } = rejected;
    if (delivery.record !== undefined) this.stillRejected.push(rejection);
  }

  /**
   * Takes the events that are not claimed yet; they are from now on.
   *
   * @returns Them, valid until the next call.
   */
  claimRest(): readonly Event[] {
    const { events, claimed } = this;
    this.claimed = events.length;
    // One by one where they are claimed at once: no array for each.
    if (events.length - claimed === 1) {
      this.#single[0] = events[claimed]!;
      return this.#single;
    }
    return claimed === 0 ? events : events.slice(claimed);
  }

  /** Takes all claims back: the checkpoint is made anew. */
  unclaim(): void {
    this.claimed = this.unique = this.duplicates = 0;
  }

  /**
   * What the ledger is to make durable.
   *
   * @param rejections Those of the rejected deliveries that are to be recorded.
   */
  forLedger(
    at: number,
    counts: Counts,
    rejections: readonly Rejection[],
  ): CheckpointBatch {
    const positions = new Map(
      this.#lastOfStreams.entries().map(([stream, last]) => [
        stream,
        positionOf(last),
      ]),
    );
    return { at, counts, rejections, positions, released: this.released };
  }

  /** Whether a stream has moved on with it. */
  get hasPositions(): boolean {
    return this.#lastOfStreams.size > 0;
  }
}

function positionOf({ position, routingKey, body }: Delivery): Position {
  return {
    offset: position!.offset,
    fingerprint: fingerprintOf(routingKey, body),
  };
}
