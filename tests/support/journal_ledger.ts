import type { TypeTotals, UserCount } from "../../src/model/counts.ts";
import type { FileNotes } from "../../src/model/file_note.ts";
import type { Rejection } from "../../src/model/rejection.ts";
import type {
  CheckpointBatch,
  Ledger,
  RunRecord,
  SeenSink,
} from "../../src/ledger/ledger.ts";

/** A ledger that tells in a journal what it has made durable, and when. */
export class JournalLedger implements Ledger {
  readonly #inner: Ledger;
  readonly #journal: string[];
  #failing: { readonly number: number; readonly error: unknown } | undefined;
  /** The batches that became durable, in order. */
  readonly batches: CheckpointBatch[] = [];
  /** The runs that ended, in order. */
  readonly runs: RunRecord[] = [];
  /** Awaited in each checkpoint before it is written; makes it a slow one. */
  beforeCheckpoint: () => Promise<void> | void = () => {};

  /**
   * @param inner Who keeps what this one is told.
   * @param journal Takes a line for each call that has succeeded.
   */
  constructor(inner: Ledger, journal: string[] = []) {
    this.#inner = inner;
    this.#journal = journal;
  }

  /** Lets one checkpoint fail. @param number Which one, counted from 1. */
  failCheckpoint(number: number, error: unknown): void {
    this.#failing = { number, error };
  }

  get ackAfter(): "checkpoint" | "snapshot" {
    return this.#inner.ackAfter;
  }

  load(seen: SeenSink): Promise<void> {
    return this.#inner.load(seen);
  }

  beginRun(startedAt: number): Promise<void> {
    return this.#inner.beginRun(startedAt);
  }

  async checkpoint(batch: CheckpointBatch): Promise<void> {
    await this.beforeCheckpoint();
    if (this.#failing?.number === this.batches.length + 1) {
      this.#journal.push("checkpoint failed");
      throw this.#failing.error;
    }
    await this.#inner.checkpoint(batch);
    this.batches.push(batch);
    const ids = batch.uuids.length + batch.texts.length;
    this.#journal.push(
      `checkpoint ${ids} ids, ${batch.rejections.length} rejections`,
    );
  }

  async endRun(run: RunRecord): Promise<void> {
    await this.#inner.endRun(run);
    this.runs.push(run);
    this.#journal.push(`end run: ${run.stopped}`);
  }

  types(): Promise<string[]> {
    return this.#inner.types();
  }

  totals(type: string): Promise<TypeTotals> {
    return this.#inner.totals(type);
  }

  counts(type: string): AsyncIterable<readonly UserCount[]> {
    return this.#inner.counts(type);
  }

  rejections(after?: number): AsyncIterable<readonly Rejection[]> {
    return this.#inner.rejections(after);
  }

  get files(): FileNotes {
    return this.#inner.files;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
