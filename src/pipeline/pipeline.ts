import { CountingConsumer } from "../count/counting_consumer.ts";
import { Tally } from "../count/tally.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { WakeSignal } from "../lifecycle/wake_signal.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import type { RejectionReason } from "../model/rejection.ts";
import type { LeftBehind, Source } from "../source/source.ts";
import { Checkpointer } from "./checkpointer.ts";
import { Classifier } from "./classifier.ts";
import { Consumers } from "./consumers.ts";
import { InterimSnapshots } from "./interim_snapshots.ts";
import type { PipelineOptions } from "./pipeline_options.ts";
import type { DeliveryTotals, RunResult, StopReason } from "./run_result.ts";
import { StopConditions } from "./stop_conditions.ts";

/**
 * Types that `any` accepts, those of earlier runs first; each that comes has a
 * consumer loop of its own.
 */
export const TYPE_LIMIT = 1_000;

/** Counts deliveries as they come, until there is a reason to stop. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #source: Source;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #wakeSignal = new WakeSignal();
  readonly #consumers: Consumers;
  readonly #checkpointer: Checkpointer;
  readonly #interim: InterimSnapshots;
  readonly #stop: StopConditions;
  #sourceFailure: { readonly error: unknown } | undefined;

  /** Puts the parts together; {@linkcode run} starts them. */
  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#ledger = options.ledger;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal ?? new AbortController().signal;
    const tally = new Tally();
    const types = options.types ?? new Set(["created", "updated", "deleted"]);
    const wake = () => this.#wakeSignal.wake();
    this.#consumers = new Consumers(
      options.consumers?.(tally) ?? [new CountingConsumer(tally)],
      options.channelCapacity ?? 1_024,
      types === "any" ? TYPE_LIMIT : Infinity,
      this.#signal,
    );
    this.#stop = new StopConditions({
      source: this.#source,
      signal: this.#signal,
      idle: options.idle ?? 5_000,
      untilEmpty: options.untilEmpty ?? false,
      limit: options.limit ?? Infinity,
      clock: this.#clock,
      wake,
    });
    this.#checkpointer = new Checkpointer({
      ledger: this.#ledger,
      classifier: new Classifier(
        types,
        options,
        (type) => this.#consumers.accepts(type),
      ),
      consumers: this.#consumers,
      tally,
      size: options.checkpointSize ?? 5_000,
      interval: options.checkpointInterval ?? 1_000,
      deliveryLimit: options.deliveryLimit ?? 20,
      rejectedRoom: options.rejectedRoom ?? Infinity,
      clock: this.#clock,
      wake,
      stop: this.#stop,
    });
    const forgets = this.#ledger.ackAfter === "snapshot";
    this.#interim = new InterimSnapshots({
      write: async () => await options.snapshot?.(this.#ledger),
      // What is not acked yet may be counted anew: it is nothing to show.
      interval: forgets ? 0 : options.snapshotInterval ?? 60_000,
      clock: this.#clock,
      wake,
    });
  }

  /** What has become of the deliveries of all checkpoints; it only grows. */
  get done(): DeliveryTotals {
    return this.#checkpointer.done;
  }

  /** The same of all that has been received so far. */
  get totals(): DeliveryTotals & { received: number } {
    return this.#checkpointer.totals;
  }

  /** Rejections that were recorded so far, by reason. */
  get rejectedByReason(): ReadonlyMap<RejectionReason, number> {
    return this.#checkpointer.rejectedByReason;
  }

  /** How long silence has to go on to end the run, in ms, while it is one. */
  get idleTimeLeft(): number | undefined {
    return this.#stop.idleTimeLeft;
  }

  /**
   * Runs once, from opening the source to closing it.
   *
   * @throws What ended the source, a consumer or the ledger. What had been
   * made durable before stays, nothing else is acked.
   */
  async run(): Promise<RunResult> {
    const started = this.#clock.monotonic();
    const memory = await this.#ledger.beginRun(this.#clock.now());
    this.#consumers.expect(memory.types);
    this.#checkpointer.begin(memory);
    let left: LeftBehind | undefined;
    let stopped: StopReason;
    let files: readonly string[];
    try {
      await this.#source.open(
        () => this.#wakeSignal.wake(),
        this.#signal,
        memory.positions,
      );
      stopped = await this.#drain();
      files = await this.#finish(stopped);
    } catch (error) {
      await this.#abandon();
      throw error;
    } finally {
      this.#stop.end();
      this.#checkpointer.cancelTimer();
      this.#interim.end();
      left = await this.#source.close();
    }
    if (this.#sourceFailure !== undefined) throw this.#sourceFailure.error;
    const duration = this.#clock.monotonic() - started;
    const { totals, rejectedByReason } = this;
    return { ...totals, rejectedByReason, stopped, duration, files, left };
  }

  /** Works until there is a reason to stop. */
  async #drain(): Promise<StopReason> {
    for (;;) {
      if (this.#stop.isTold) return "signal";
      if (this.#stop.left === 0) return "limit";
      const deliveries = this.#take();
      if (deliveries === undefined) return "error";
      if (deliveries.length > 0) {
        this.#stop.busy();
        await this.#checkpointer.add(deliveries);
        if (this.#isCheckpointDue) await this.#checkpoint();
        continue;
      }
      if (this.#isCheckpointDue) await this.#checkpoint();
      const processed = this.#consumers.idle();
      if (processed !== undefined) {
        await processed;
        // More may have come meanwhile.
        continue;
      }
      const reason = await this.#stop.quiet();
      if (reason !== undefined) return reason;
      // What waits for its claim is not processed yet.
      if (!this.#checkpointer.hasRoutedAll) this.#stop.busy();
      await this.#wakeSignal.wait();
      if (this.#stop.isIdle) return "idle";
    }
  }

  /**
   * What has come, or `undefined` if the source has failed. Then what was
   * taken before is finished as ever: a queue that is gone cannot deliver it
   * again.
   */
  #take(): readonly Delivery[] | undefined {
    try {
      const most = Math.min(this.#checkpointer.room, this.#stop.left);
      const deliveries = this.#source.take(most);
      this.#stop.left -= deliveries.length;
      return deliveries;
    } catch (error) {
      this.#sourceFailure = { error };
      return undefined;
    }
  }

  /** A snapshot is taken between two checkpoints. */
  get #isCheckpointDue(): boolean {
    return this.#checkpointer.isDue || this.#interim.isDue;
  }

  /** Meanwhile nobody looks for deliveries: that is no silence. */
  async #checkpoint(): Promise<void> {
    this.#stop.pause();
    await this.#checkpointer.checkpoint();
    this.#interim.follow(this.#checkpointer.commits);
    await this.#interim.writeIfDue();
  }

  /** In flow order: no more deliveries, the last batch, its ack, the files. */
  async #finish(stopped: StopReason): Promise<readonly string[]> {
    await this.#source.stop();
    await this.#checkpointer.checkpoint();
    await this.#consumers.close();
    await this.#endRun(stopped);
    const files = await this.#snapshot(stopped);
    this.#checkpointer.sendHeldAcks();
    return files;
  }

  /**
   * A run that fails still makes the files equal the ledger, as far as it can;
   * what failed first is what gets reported.
   */
  async #abandon(): Promise<void> {
    this.#checkpointer.drop();
    try {
      await this.#endRun("error");
      if (this.#ledger.ackAfter === "checkpoint") await this.#snapshot("error");
    } catch {
      // The ledger or the disk is what failed: the next run repairs the files.
    }
  }

  async #endRun(stopped: StopReason): Promise<void> {
    const { unique, duplicates, rejected } = this.totals;
    const endedAt = this.#clock.now();
    await this.#ledger.endRun({
      endedAt,
      stopped,
      unique,
      duplicates,
      rejected,
    });
  }

  /** A run that counted nothing and fails touches no file. */
  async #snapshot(stopped: StopReason): Promise<readonly string[]> {
    const { received, unique, rejected } = this.totals;
    // A ledger that forgets has nothing to say about files of earlier runs.
    const isBlank = this.#ledger.ackAfter === "snapshot"
      ? received === 0
      : stopped === "error" && unique + rejected === 0;
    if (isBlank) return [];
    return await this.#options.snapshot?.(this.#ledger) ?? [];
  }
}
