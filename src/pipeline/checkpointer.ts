import { setImmediate } from "node:timers";
import { getLogger } from "@logtape/logtape";
import type { Tally } from "../count/tally.ts";
import { rejectionOf } from "../decode/rejection_of.ts";
import {
  CheckpointLost,
  type Claim,
  type Ledger,
  type LedgerMemory,
} from "../ledger/ledger.ts";
import type { Clock } from "../model/clock.ts";
import type { Delivery, Settlement } from "../model/delivery.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { Event } from "../model/event.ts";
import {
  type Rejection,
  type RejectionReason,
  sizeOfRejection,
} from "../model/rejection.ts";
import { size } from "../model/words.ts";
import { Acks } from "./acks.ts";
import { Batch } from "./batch.ts";
import type { Classifier } from "./classifier.ts";
import type { Consumers } from "./consumers.ts";
import { PlaceTracker } from "./place_tracker.ts";
import { RejectionFilter } from "./rejection_filter.ts";
import type { DeliveryTotals } from "./run_result.ts";

const log = getLogger(["eventcounter", "pipeline"]);

/** A batch with this many bytes of rejected bodies is written at once. */
const REJECTED_BYTES_LIMIT = 16 * 1024 * 1024;

/** What a {@linkcode Checkpointer} works with. */
export interface CheckpointerOptions {
  readonly ledger: Ledger;
  readonly classifier: Classifier;
  readonly consumers: Consumers;
  readonly tally: Tally;
  /** Deliveries in one checkpoint. */
  readonly size: number;
  /** The longest a delivery waits for its checkpoint, in ms. */
  readonly interval: number;
  /** See `PipelineOptions.deliveryLimit`. */
  readonly deliveryLimit: number;
  /** See `PipelineOptions.rejectedRoom`. */
  readonly rejectedRoom: number | (() => Promise<number>);
  readonly clock: Clock;
  /** Called when a checkpoint has become due by time. */
  readonly wake: () => void;
  /** Whether the run is told to stop; looked at before each delivery. */
  readonly stop: { readonly isTold: boolean };
}

/**
 * Gathers deliveries in a batch and makes a checkpoint of it: claim, route
 * what is new, wait for the consumers, commit, and only then ack.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #ledger: Ledger;
  #batch = new Batch();
  readonly #places = new PlaceTracker();
  readonly #rejections: RejectionFilter;
  /** Rejections recorded so far, by reason. */
  readonly rejectedByReason = new Map<RejectionReason, number>();
  readonly #done = { unique: 0, duplicates: 0, rejected: 0, redelivered: 0 };
  /** Batches so far, with the one that gathers. */
  #batches = 1;
  /** Commits so far. */
  #commits = 0;
  #dueByTime = false;
  #cancelTimer: () => void = () => {};
  /** Acks that wait for the snapshot. */
  readonly #held = new Acks();
  #warnedOfReturns = false;
  /** Bytes that rejections of this run have taken. */
  #rejectedBytes = 0;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#rejections = new RejectionFilter(options.ledger);
  }

  /** Starts with what the ledger remembers. */
  begin({ recentRejections }: LedgerMemory): void {
    this.#rejections.begin(recentRejections);
  }

  /** How many deliveries the batch still takes. */
  get room(): number {
    return this.#options.size - this.#batch.size;
  }

  /** Whether all that was added has been claimed and routed. */
  get hasRoutedAll(): boolean {
    return this.#batch.claimed === this.#batch.events.length;
  }

  /** What has become of the deliveries of all checkpoints; it only grows. */
  get done(): DeliveryTotals {
    return this.#done;
  }

  /** The same of all deliveries so far; some may not be durable yet. */
  get totals(): DeliveryTotals & { received: number } {
    const { unique, duplicates, rejected, redelivered } = this.#batch;
    const sum = {
      unique: this.#done.unique + unique,
      duplicates: this.#done.duplicates + duplicates,
      rejected: this.#done.rejected + rejected.length,
      redelivered: this.#done.redelivered + redelivered,
    };
    return { received: sum.unique + sum.duplicates + sum.rejected, ...sum };
  }

  /** Checkpoints that the ledger has so far. */
  get commits(): number {
    return this.#commits;
  }

  /** Whether it is time for the checkpoint. */
  get isDue(): boolean {
    return this.#dueByTime || this.#batch.size >= this.#options.size ||
      this.#batch.rejectedBytes >= REJECTED_BYTES_LIMIT;
  }

  /** Adds deliveries to the batch, until the run is told to stop. */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    const { deliveryLimit, stop } = this.#options;
    for (const delivery of deliveries) {
      // What is not processed is not acked, and so given back.
      if (stop.isTold) return;
      const { returns = 0 } = delivery;
      // Something may be wrong with it: nothing else shares its fate.
      const alone = returns >= deliveryLimit / 2;
      if (alone) await this.#isolate(returns);
      if (this.#batch.size === 0) this.#startTimer();
      const full = this.#addOne(delivery, returns);
      if (full !== undefined) await full;
      this.#batch.add(delivery);
      if (alone) await this.checkpoint();
      else if (this.#batch.rejectedBytes >= REJECTED_BYTES_LIMIT) {
        await this.checkpoint();
      }
    }
  }

  /**
   * Makes the batch durable, and acks it only then: a crash before the commit
   * leaves every delivery with the broker, one after it leaves ids that are
   * known as duplicates when they come again.
   */
  async checkpoint(): Promise<void> {
    this.cancelTimer();
    const batch = this.#batch;
    if (batch.size === 0) return;
    this.#places.endBatch();
    const rejections = await this.#rejections.newOnes(
      batch.rejected,
      this.#batches,
      this.#commits + 1,
    );
    await this.#takeRoom(rejections);
    await this.#commit(batch, rejections);
    this.#count(batch, [...rejections, ...batch.stillRejected]);
    this.#batch = new Batch();
    if (this.#ledger.ackAfter === "checkpoint") {
      const settlements = batch.acks.send();
      if (batch.rejected.length > 0) {
        this.#settle(settlements, {
          batch: this.#batches,
          commits: this.#commits,
          // A broker gives back first what was delivered before.
          isPast: batch.redelivered < batch.size,
        });
      }
    } else this.#held.addAll(batch.acks);
    this.#batches++;
    // Timers, signals and heartbeats get a turn even if there is no pause.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Gives up what is not durable: it is not acked, and counts for nothing. */
  drop(): void {
    this.#batch = new Batch();
  }

  /** Sends the acks that waited for the snapshot. */
  sendHeldAcks(): void {
    this.#held.send();
  }

  /** No checkpoint becomes due by time any more. */
  cancelTimer(): void {
    this.#cancelTimer();
    this.#dueByTime = false;
  }

  #addOne(delivery: Delivery, returns: number): Promise<unknown> | undefined {
    const outcome = this.#options.classifier.classify(delivery);
    if (typeof outcome === "string") {
      return this.#reject(delivery, outcome), undefined;
    }
    // The broker would drop it if it came back once more.
    if (returns >= this.#options.deliveryLimit - 1) {
      return this.#addLastChance(delivery, outcome);
    }
    return this.#addEvent(delivery, outcome);
  }

  async #addLastChance(delivery: Delivery, event: Event): Promise<void> {
    if (await this.#ledger.has(event.key)) {
      await this.#addEvent(delivery, event);
    } else this.#reject(delivery, "delivery_limit");
  }

  #addEvent(delivery: Delivery, event: Event): Promise<unknown> | undefined {
    this.#places.passEvent(delivery.settlement, event);
    const { events, claimed, released } = this.#batch;
    if (delivery.record !== undefined) released.push(delivery.record);
    events.push(event);
    if (events.length - claimed < this.#ledger.claimSize) return undefined;
    return this.#claim(this.#batch);
  }

  #reject(delivery: Delivery, reason: RejectionReason): void {
    const rejection = rejectionOf(delivery, reason, this.#options.clock.now());
    const rejected = { delivery, rejection };
    this.#places.passRejected(rejected);
    this.#batch.addRejected(rejected);
  }

  /** Claims what has gathered, and routes what is new. */
  #claim(batch: Batch): Promise<unknown> | undefined {
    const events = batch.claimRest();
    if (events.length === 0) return undefined;
    const claim = this.#ledger.claim(events);
    return claim instanceof Uint8Array
      ? this.#route(batch, events, claim)
      : claim.then((claim) => this.#route(batch, events, claim));
  }

  #route(
    batch: Batch,
    events: readonly Event[],
    claim: Claim,
    from = 0,
  ): Promise<unknown> | undefined {
    for (let i = from; i < events.length; i++) {
      if (claim[i] === 0) {
        batch.duplicates++;
        continue;
      }
      batch.unique++;
      const full = this.#options.consumers.publish(events[i]!);
      if (full === undefined) continue;
      return full.then(() => this.#route(batch, events, claim, i + 1));
    }
    return undefined;
  }

  /** Claims, routes and commits, and does it again where all of it was lost. */
  async #commit(batch: Batch, rejections: readonly Rejection[]): Promise<void> {
    const { consumers, tally, clock } = this.#options;
    for (;;) {
      try {
        await this.#claim(batch);
        await consumers.idle();
        // Duplicates alone change nothing: what they repeat is durable already.
        const hasNews =
          batch.unique + rejections.length + batch.released.length > 0 ||
          batch.hasPositions;
        if (!hasNews) return;
        await this.#ledger.commit(
          batch.forLedger(clock.now(), tally.take(), rejections),
        );
        this.#commits++;
        return;
      } catch (error) {
        if (!(error instanceof CheckpointLost)) throw error;
        log.warn("a checkpoint is made anew: {error}", {
          error: messageOf(error),
        });
        await consumers.idle();
        tally.take();
        batch.unclaim();
      }
    }
  }

  /** @throws {EventCounterError} 74 if they would take more than they may. */
  async #takeRoom(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    const { rejectedRoom } = this.#options;
    const room = typeof rejectedRoom === "number"
      ? rejectedRoom - this.#rejectedBytes
      : await rejectedRoom();
    const taken = rejections.reduce(
      (sum, rejection) => sum + sizeOfRejection(rejection),
      0,
    );
    this.#rejectedBytes += taken;
    if (taken <= room) return;
    throw new EventCounterError(
      EXIT.ioError,
      `Cannot keep what could not be counted: it takes ${size(taken)}, and ` +
        `--rejected-limit leaves ${
          size(Math.max(0, room))
        }; nothing of the last ` +
        "batch was acknowledged, so nothing is lost; look at show --rejected, mend " +
        "what publishes it, and make room by rejected forget or raise the limit",
    );
  }

  #count(batch: Batch, rejections: readonly Rejection[]): void {
    for (const { reason } of rejections) {
      const before = this.rejectedByReason.get(reason) ?? 0;
      this.rejectedByReason.set(reason, before + 1);
    }
    this.#done.unique += batch.unique;
    this.#done.duplicates += batch.duplicates + batch.rejected.length -
      rejections.length;
    this.#done.rejected += rejections.length;
    this.#done.redelivered += batch.redelivered;
  }

  /** Once the acks have arrived, these rejections cannot come again. */
  async #settle(
    settlements: readonly Settlement[],
    { batch, commits, isPast }: {
      batch: number;
      commits: number;
      isPast: boolean;
    },
  ): Promise<void> {
    try {
      const answers = await Promise.all(
        settlements.map((settlement) => settlement.confirm()),
      );
      if (answers.includes(false)) return;
      this.#rejections.settle(batch, commits, isPast);
    } catch (error) {
      // They stay among those that may come again, which loses nothing.
      log.warn("cannot tell whether acks have arrived: {error}", {
        error: messageOf(error),
      });
    }
  }

  async #isolate(returns: number): Promise<void> {
    if (!this.#warnedOfReturns) {
      this.#warnedOfReturns = true;
      log.warn(
        "messages have come back {returns} times already, and the broker drops them after {limit}: look for what ends the runs before they ack",
        { returns, limit: this.#options.deliveryLimit },
      );
    }
    await this.checkpoint();
  }

  #startTimer(): void {
    const { clock, interval, wake } = this.#options;
    this.#cancelTimer = clock.after(interval, () => {
      this.#dueByTime = true;
      wake();
    });
  }
}
