import type { Counts } from "../model/counts.ts";
import type { Delivery, Settlement } from "../model/delivery.ts";
import type { Rejection } from "../model/rejection.ts";
import { Uuid } from "../model/uuid.ts";
import type { CheckpointBatch } from "../ledger/ledger.ts";

/** What has gathered since the last checkpoint, and what it takes to ack it. */
export class Batch {
  /** Deliveries in it. */
  size = 0;
  /** Bytes of the bodies that are kept because they were rejected. */
  rejectedBytes = 0;
  readonly #uuids: Uuid[] = [];
  readonly #texts: string[] = [];
  readonly #rejections: Rejection[] = [];
  readonly #acks = new Acks();

  /** Notes a delivery: once the batch is durable, it is to be acked. */
  add(delivery: Delivery): void {
    this.size++;
    this.#acks.add(delivery.settlement, delivery.tag);
  }

  /** Notes that an event is new. */
  addId(key: Uuid | string): void {
    if (key instanceof Uuid) this.#uuids.push(key);
    else this.#texts.push(key);
  }

  /** Keeps a rejection. */
  addRejection(rejection: Rejection): void {
    this.#rejections.push(rejection);
    this.rejectedBytes += rejection.body.length;
  }

  /** Whether there is anything in it that the ledger does not have. */
  get hasNews(): boolean {
    return this.#uuids.length + this.#texts.length + this.#rejections.length >
      0;
  }

  /** What the ledger is to make durable. */
  forLedger(at: number, counts: Counts): CheckpointBatch {
    return {
      at,
      counts,
      uuids: this.#uuids,
      texts: this.#texts,
      rejections: this.#rejections,
    };
  }

  /** The acks to send afterwards. */
  get acks(): Acks {
    return this.#acks;
  }
}

/** The highest tag of each settlement: one `multiple` ack settles them all. */
export class Acks {
  readonly #highest = new Map<Settlement, number>();
  /** Of the run of deliveries being noted, kept out of the map for speed. */
  #settlement: Settlement | undefined;
  #tag = 0;

  /** Notes a delivery; tags of a settlement come in ascending order. */
  add(settlement: Settlement, tag: number): void {
    if (settlement !== this.#settlement) {
      this.#note();
      this.#settlement = settlement;
    }
    this.#tag = tag;
  }

  /** Takes over all acks of another collection that came later. */
  addAll(later: Acks): void {
    later.#note();
    for (const [settlement, tag] of later.#highest) this.add(settlement, tag);
  }

  /**
   * Sends them. The one place where a run acks anything: what led here is
   * durable.
   */
  send(): void {
    this.#note();
    for (const [settlement, tag] of this.#highest) settlement.ackUpTo(tag);
    this.#highest.clear();
    this.#settlement = undefined;
  }

  #note(): void {
    if (this.#settlement === undefined) return;
    this.#highest.set(this.#settlement, this.#tag);
  }
}
