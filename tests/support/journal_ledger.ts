import type {
  TypeTotals,
  UserCount,
  UserTotal,
} from "../../src/model/counts.ts";
import type { FileNotes } from "../../src/model/file_note.ts";
import type { StoredRejection } from "../../src/model/rejection.ts";
import type {
  CheckpointBatch,
  Claim,
  Ledger,
  LedgerMemory,
  RunRecord,
} from "../../src/ledger/ledger.ts";
import type { Event } from "../../src/model/event.ts";
import type { Uuid } from "../../src/model/uuid.ts";

/** A ledger that tells in a journal what it has made durable, and when. */
export class JournalLedger implements Ledger {
  readonly #inner: Ledger;
  readonly #journal: string[];
  #claimed: string[] = [];
  #failing: { readonly number: number; readonly error: unknown } | undefined;
  /** The batches that became durable, in order. */
  readonly batches: (CheckpointBatch & { readonly ids: readonly string[] })[] =
    [];
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

  get claimSize(): number {
    return this.#inner.claimSize;
  }

  beginRun(startedAt: number): Promise<LedgerMemory> {
    return this.#inner.beginRun(startedAt);
  }

  claim(events: readonly Event[]): Claim | Promise<Claim> {
    const claim = this.#inner.claim(events);
    const note = (claim: Claim) => {
      events.forEach(({ id }, i) => claim[i] === 1 && this.#claimed.push(id));
      return claim;
    };
    return claim instanceof Promise ? claim.then(note) : note(claim);
  }

  has(key: Uuid | string): boolean | Promise<boolean> {
    return this.#inner.has(key);
  }

  recordedBefore(fingerprint: Uint8Array): number | Promise<number> {
    return this.#inner.recordedBefore(fingerprint);
  }

  async commit(batch: CheckpointBatch): Promise<void> {
    await this.beforeCheckpoint();
    if (this.#failing?.number === this.batches.length + 1) {
      this.#journal.push("checkpoint failed");
      throw this.#failing.error;
    }
    await this.#inner.commit(batch);
    this.batches.push({ ...batch, ids: this.#claimed });
    this.#journal.push(
      `checkpoint ${this.#claimed.length} ids, ${batch.rejections.length} rejections`,
    );
    this.#claimed = [];
  }

  settle(commit: number): void {
    this.#inner.settle(commit);
  }

  async endRun(run: RunRecord): Promise<void> {
    await this.#inner.endRun(run);
    this.runs.push(run);
    this.#journal.push(`end run: ${run.stopped}`);
  }

  types = (): Promise<string[]> => this.#inner.types();
  totals = (type: string): Promise<TypeTotals> => this.#inner.totals(type);
  counts = (type: string): AsyncIterable<readonly UserCount[]> =>
    this.#inner.counts(type);
  busiest = (most: number): Promise<UserTotal[]> => this.#inner.busiest(most);
  rejections = (after?: number): AsyncIterable<readonly StoredRejection[]> =>
    this.#inner.rejections(after);
  close = (): Promise<void> => this.#inner.close();

  get files(): FileNotes {
    return this.#inner.files;
  }
}
