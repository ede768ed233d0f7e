import type { Counts, TypeTotals, UserCount } from "../model/counts.ts";
import type { FileNotes } from "../model/file_note.ts";
import type { Rejection } from "../model/rejection.ts";
import type { Uuid } from "../model/uuid.ts";

/**
 * The durable truth: seen ids, counts, rejections and runs.
 *
 * Its only write during a run is the {@linkcode Ledger.checkpoint}. Whoever
 * implements it passes the contract suite in `tests/contract`.
 */
export interface Ledger {
  /**
   * When deliveries may be acked: after the `checkpoint` that holds them, or,
   * for a ledger that keeps nothing itself, after the `snapshot` does.
   */
  readonly ackAfter: "checkpoint" | "snapshot";

  /**
   * Loads what must be remembered into memory.
   *
   * @param seen Takes every id ever counted.
   */
  load(seen: SeenSink): Promise<void>;

  /** Notes the start of a run. */
  beginRun(startedAt: number): Promise<void>;

  /**
   * Writes one batch, wholly or not at all; when it has settled, the batch
   * outlives a power cut.
   *
   * @throws If it is not durable; then nothing of the batch is in the ledger.
   */
  checkpoint(batch: CheckpointBatch): Promise<void>;

  /** Notes the end of the run begun last. */
  endRun(run: RunRecord): Promise<void>;

  /** Every type with a count, in no particular order. */
  types(): Promise<string[]>;

  /** What the counts of one type add up to. */
  totals(type: string): Promise<TypeTotals>;

  /** The totals of one type, ordered by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;

  /**
   * Rejections in the order they were recorded, in pages whose size is bounded
   * by the bytes of their bodies. A ledger that keeps nothing itself has those
   * of this process.
   *
   * @param after How many to leave out, from the first on. Default: none.
   */
  rejections(after?: number): AsyncIterable<readonly Rejection[]>;

  /** What is known of the files that were written from this ledger. */
  readonly files: FileNotes;

  /** Releases the ledger. */
  close(): Promise<void>;
}

/** Where a ledger's memory goes when it is loaded. */
export interface SeenSink {
  /** UUIDs, 16 bytes each, most significant first. */
  addPacked(uuids: Uint8Array): void;
  /** One id that is no canonical UUID. */
  add(id: string): void;
  /** Fingerprints of rejections, 16 bytes each. */
  addRejected(fingerprints: Uint8Array): void;
}

/** What one checkpoint makes durable. */
export interface CheckpointBatch {
  /** When it is written, in milliseconds since 1970 (UTC). */
  readonly at: number;
  /** New ids that are canonical UUIDs. */
  readonly uuids: readonly Uuid[];
  /** New ids of any other form. */
  readonly texts: readonly string[];
  /** What to add to the totals. */
  readonly counts: Counts;
  /** Deliveries that could not be counted. */
  readonly rejections: readonly Rejection[];
}

/** How many deliveries a run received, by what became of them. */
export interface RunTotals {
  /** Events that were new, and counted. */
  readonly unique: number;
  /** Deliveries of something that was processed before. */
  readonly duplicates: number;
  /** Deliveries that could not be counted. */
  readonly rejected: number;
}

/** A finished run. */
export interface RunRecord extends RunTotals {
  /** Milliseconds since 1970 (UTC). */
  readonly endedAt: number;
  /** Why it stopped: `idle`, `empty`, `signal`, `end-of-input` or `error`. */
  readonly stopped: string;
}
