import { setImmediate } from "node:timers";
import { getLogger } from "@logtape/logtape";
import { CountingConsumer } from "../count/counting_consumer.ts";
import { Tally } from "../count/tally.ts";
import { SeenIds } from "../dedupe/seen_ids.ts";
import type { Ledger, RunTotals } from "../ledger/ledger.ts";
import { Bell } from "../lifecycle/bell.ts";
import { IdleWatchdog } from "../lifecycle/idle_watchdog.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import { Event } from "../model/event.ts";
import type { LeftBehind, Source } from "../source/source.ts";
import { Acks, Batch } from "./batch.ts";
import { Consumers } from "./consumers.ts";
import { Emptiness } from "./emptiness.ts";
import { DUPLICATE, Intake } from "./intake.ts";
import type { PipelineOptions } from "./pipeline_options.ts";
import type { RunResult, StopReason } from "./run_result.ts";

const log = getLogger(["eventcounter", "pipeline"]);

/** Types that `any` accepts in one run; each has a consumer loop of its own. */
export const TYPE_LIMIT = 1_000;

/** A batch with this many bytes of rejected bodies is written at once. */
const REJECTED_BYTES_LIMIT = 16 * 1024 * 1024;

/** Counts deliveries as they come, until there is a reason to stop. */
export class Pipeline {
  readonly #source: Source;
  readonly #ledger: Ledger;
  readonly #options: PipelineOptions;
  readonly #clock: Clock;
  readonly #checkpointSize: number;
  readonly #signal: AbortSignal;
  readonly #deliveryLimit: number;
  readonly #bell = new Bell();
  readonly #intake: Intake;
  readonly #seen = new SeenIds();
  readonly #tally = new Tally();
  readonly #consumers: Consumers;
  readonly #watchdog: IdleWatchdog;
  readonly #emptiness: Emptiness | undefined;
  /** The signal's state; asking the signal for every delivery takes longer. */
  #stopping = false;
  #warnedOfReturns = false;
  #batch = new Batch();
  #checkpointDue = false;
  #cancelCheckpointTimer: () => void = () => {};
  #sourceFailure: { readonly error: unknown } | undefined;
  /** Acks that wait for the snapshot. */
  readonly #held = new Acks();

  /** Puts the parts together; {@linkcode run} starts them. */
  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#ledger = options.ledger;
    this.#clock = options.clock ?? systemClock;
    this.#checkpointSize = options.checkpointSize ?? 5_000;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#deliveryLimit = options.deliveryLimit ?? 20;
    const types = options.types ?? new Set(["created", "updated", "deleted"]);
    this.#consumers = new Consumers(
      options.consumers?.(this.#tally) ?? [new CountingConsumer(this.#tally)],
      options.channelCapacity ?? 1_024,
      types === "any" ? TYPE_LIMIT : Infinity,
      this.#signal,
    );
    this.#intake = new Intake({
      types,
      seen: this.#seen,
      accepts: (type) => this.#consumers.accepts(type),
      deliveryLimit: this.#deliveryLimit,
      clock: this.#clock,
    });
    this.#watchdog = new IdleWatchdog(
      options.idle ?? 5_000,
      this.#clock,
      () => this.#source.isQuiet(),
    );
    if (options.untilEmpty === true) {
      this.#emptiness = new Emptiness(
        () => this.#source.isEmpty(),
        () => this.#bell.ring(),
        this.#clock,
      );
    }
  }

  /** What has been received so far. */
  get totals(): RunTotals & { received: number; redelivered: number } {
    return this.#intake.totals;
  }

  /**
   * Runs once, from opening the source to closing it.
   *
   * @throws What ended the source, a consumer or the ledger. What had been
   * made durable before stays, nothing else is acked.
   */
  async run(): Promise<RunResult> {
    const started = this.#clock.monotonic();
    await this.#ledger.load(this.#seen);
    await this.#ledger.beginRun(this.#clock.now());
    const ring = () => {
      this.#stopping = this.#signal.aborted;
      this.#bell.ring();
    };
    ring();
    this.#signal.addEventListener("abort", ring);
    this.#watchdog.signal.addEventListener("abort", ring);
    let left: LeftBehind | undefined;
    let stopped: StopReason;
    let files: readonly string[];
    try {
      await this.#source.open(ring, this.#signal);
      stopped = await this.#drain();
      files = await this.#finish(stopped);
    } catch (error) {
      await this.#abandon();
      throw error;
    } finally {
      this.#signal.removeEventListener("abort", ring);
      this.#cancelTimers();
      left = await this.#source.close();
    }
    if (this.#sourceFailure !== undefined) throw this.#sourceFailure.error;
    const duration = this.#clock.monotonic() - started;
    return { ...this.totals, stopped, duration, files, left };
  }

  /** Works until there is a reason to stop. */
  async #drain(): Promise<StopReason> {
    for (;;) {
      if (this.#stopping) return "signal";
      const deliveries = this.#take();
      if (deliveries === undefined) return "error";
      if (deliveries.length > 0) {
        this.#watchdog.busy();
        this.#emptiness?.deny();
        await this.#process(deliveries);
        if (this.#isCheckpointDue()) await this.#checkpoint();
        continue;
      }
      if (this.#checkpointDue) await this.#checkpoint();
      const processed = this.#consumers.idle();
      if (processed !== undefined) {
        await processed;
        // More may have come meanwhile.
        continue;
      }
      if (this.#source.ended) return "end-of-input";
      if (!this.#source.attached) this.#watchdog.busy();
      else if (await this.#emptiness?.look()) return "empty";
      else this.#watchdog.quiet();
      await this.#bell.wait();
      if (this.#watchdog.signal.aborted) return "idle";
    }
  }

  /**
   * What has come, or `undefined` if the source has failed. Then what was
   * taken before is finished as ever: a queue that is gone cannot deliver it
   * again.
   */
  #take(): readonly Delivery[] | undefined {
    try {
      return this.#source.take(this.#checkpointSize - this.#batch.size);
    } catch (error) {
      this.#sourceFailure = { error };
      return undefined;
    }
  }

  async #process(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      // What is not processed is not acked, and so given back.
      if (this.#stopping) return;
      const { returns = 0 } = delivery;
      // Something may be wrong with it: nothing else shares its fate.
      const alone = returns >= this.#deliveryLimit / 2;
      if (alone) await this.#isolate(returns);
      if (this.#batch.size === 0) this.#startCheckpointTimer();
      const outcome = this.#intake.judge(delivery);
      if (outcome instanceof Event) {
        this.#batch.addId(outcome.key);
        const full = this.#consumers.publish(outcome);
        if (full !== undefined) await full;
      } else if (outcome !== DUPLICATE) {
        this.#batch.addRejection(outcome);
      }
      this.#batch.add(delivery);
      if (alone) await this.#checkpoint();
    }
  }

  async #isolate(returns: number): Promise<void> {
    if (!this.#warnedOfReturns) {
      this.#warnedOfReturns = true;
      log.warn(
        "messages have come back {returns} times already, and the broker drops them after {limit}: look for what ends the runs before they ack",
        { returns, limit: this.#deliveryLimit },
      );
    }
    await this.#checkpoint();
  }

  #startCheckpointTimer(): void {
    this.#cancelCheckpointTimer = this.#clock.after(
      this.#options.checkpointInterval ?? 1_000,
      () => {
        this.#checkpointDue = true;
        this.#bell.ring();
      },
    );
  }

  #isCheckpointDue(): boolean {
    return this.#checkpointDue || this.#batch.size >= this.#checkpointSize ||
      this.#batch.rejectedBytes >= REJECTED_BYTES_LIMIT;
  }

  /**
   * Makes the batch durable, and acks it only then: a crash before the commit
   * leaves every delivery with the broker, one after it leaves ids that are
   * known as duplicates when they come again.
   */
  async #checkpoint(): Promise<void> {
    this.#checkpointDue = false;
    this.#cancelCheckpointTimer();
    if (this.#batch.size === 0) return;
    this.#watchdog.pause();
    await this.#consumers.idle();
    const batch = this.#batch;
    // Duplicates alone change nothing: what they repeat is durable already.
    if (batch.hasNews) {
      await this.#ledger.checkpoint(
        batch.forLedger(this.#clock.now(), this.#tally.take()),
      );
    }
    this.#batch = new Batch();
    if (this.#ledger.ackAfter === "checkpoint") batch.acks.send();
    else this.#held.addAll(batch.acks);
    // Timers, signals and heartbeats get a turn even if there is no pause.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #cancelTimers(): void {
    this.#cancelCheckpointTimer();
    this.#emptiness?.stop();
    this.#watchdog.busy();
  }

  /** In flow order: no more deliveries, the last batch, its ack, the files. */
  async #finish(stopped: StopReason): Promise<readonly string[]> {
    await this.#source.stop();
    await this.#checkpoint();
    await this.#consumers.close();
    await this.#endRun(stopped);
    const files = await this.#snapshot(stopped);
    this.#held.send();
    return files;
  }

  /**
   * A run that fails still makes the files equal the ledger, as far as it can;
   * what failed first is what gets reported.
   */
  async #abandon(): Promise<void> {
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
