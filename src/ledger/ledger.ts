import type {
  Counts,
  TypeTotals,
  UserCount,
  UserTotal,
} from "../model/counts.ts";
import type { Event } from "../model/event.ts";
import type { FileNotes } from "../model/file_note.ts";
import type { Position } from "../model/position.ts";
import type {
  Rejection,
  RejectionReason,
  StoredRejection,
} from "../model/rejection.ts";
import type { Uuid } from "../model/uuid.ts";

/**
 * The durable truth: seen ids, counts, rejections, positions and runs.
 *
 * A checkpoint is a transaction: {@linkcode Ledger.claim} says which events
 * are new, {@linkcode Ledger.commit} makes everything claimed since the last
 * one durable, together with its counts. Nothing of it shows before, and a
 * crash leaves all of it or nothing. Whoever implements this passes the
 * contract suite in `tests/contract`.
 */
export interface Ledger {
  /**
   * When deliveries may be acked: after the `commit` that holds them, or,
   * for a ledger that keeps nothing itself, after the `snapshot` does.
   */
  readonly ackAfter: "checkpoint" | "snapshot";

  /**
   * Events to gather before they are claimed together: 1 for a ledger that
   * answers at once, `Infinity` for one where each question is a journey, and
   * a whole checkpoint is claimed by one.
   */
  readonly claimSize: number;

  /**
   * Notes the start of a run, and forgets claims that were not committed.
   *
   * @param startedAt Milliseconds since 1970 (UTC).
   * @returns What the runs before have left to know.
   */
  beginRun(startedAt: number): Promise<LedgerMemory>;

  /**
   * Claims the ids of events for the checkpoint in the making.
   *
   * @returns For each event 1 if its id is new, 0 if it was claimed before: in
   * this call, in this checkpoint, or in any that was committed.
   * @throws {CheckpointLost} If the checkpoint has to be made anew.
   */
  claim(events: readonly Event[]): Claim | Promise<Claim>;

  /** How many ids it has, where it has all of them at hand. */
  readonly ids?: number;

  /** Whether an id is claimed already; claims nothing. */
  has(key: Uuid | string): boolean | Promise<boolean>;

  /** How many equal rejections earlier runs have recorded. */
  recordedBefore(fingerprint: Uint8Array): number | Promise<number>;

  /**
   * For a ledger that several workers share: whether one that is gone has since
   * recorded an equal rejection whose ack may not have arrived. It is this
   * run's from then on, as if recorded by its next commit: each can be taken
   * over once. Its place in a stream tells nothing, as other workers have other
   * neighbours.
   */
  takeOverRejection?(fingerprint: Uint8Array): Promise<boolean>;

  /**
   * Ends the checkpoint, wholly or not at all; when it has settled, claims and
   * batch outlive a power cut.
   *
   * @throws {CheckpointLost} If nothing of it is durable, and it can be made
   * anew from its first claim on. Any other error ends the run.
   */
  commit(batch: CheckpointBatch): Promise<void>;

  /**
   * Tells that the acks of a commit have arrived, so that its rejections cannot
   * be delivered again. It need not be durable before the ledger is closed.
   *
   * @param commit Its number in this run, from 1; 0 means those of earlier runs.
   */
  settle(commit: number): void;

  /** Notes the end of the run begun last; claims not committed are gone. */
  endRun(run: RunRecord): Promise<void>;

  /** Every type with a count, in no particular order. */
  types(): Promise<string[]>;

  /** What the counts of one type add up to. */
  totals(type: string): Promise<TypeTotals>;

  /** The totals of one type, ordered by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;

  /**
   * The users with the most events over all types, the busiest first, and equal
   * ones by code point. It looks at every user's counts, and keeps few of them.
   */
  busiest(most: number): Promise<UserTotal[]>;

  /**
   * Rejections in the order they were recorded, in pages whose size is bounded
   * by the bytes of their bodies. A ledger that keeps nothing itself has those
   * of this process.
   *
   * @param after The row of the last one to leave out. Default: none.
   */
  rejections(after?: number): AsyncIterable<readonly StoredRejection[]>;

  /**
   * Removes rejections that somebody has dealt with. A message of one that is
   * delivered again is known all the same. Where nothing outlives the process,
   * there is nothing to forget.
   *
   * @returns How many there were.
   */
  forgetRejections?(which: RejectionSelection): Promise<number>;

  /** What is known of the files that were written from this ledger. */
  readonly files: FileNotes;

  /** Releases the ledger; what was not committed is gone. */
  close(): Promise<void>;
}

/** For each event of a claim 1 if it is new, 0 if not; valid until the next. */
export type Claim = Uint8Array;

/**
 * The transaction of a checkpoint is gone (a lost connection, say) and nothing
 * of it is durable. Claiming its events again begins the next attempt.
 */
export class CheckpointLost extends Error {
  /** Tells it from other errors in a log. */
  override readonly name = "CheckpointLost";
}

/** What a ledger remembers for a run that begins. */
export interface LedgerMemory {
  /** The types with a count. */
  readonly types: readonly string[];
  /** Rejections that may be delivered again, the oldest first. */
  readonly recentRejections: readonly RecordedRejection[];
  /** How far each stream has been counted, by its name. */
  readonly positions: ReadonlyMap<string, Position>;
}

/** A recorded rejection, as far as it takes to know it again. */
export type RecordedRejection =
  & Pick<Rejection, "fingerprint" | "follows" | "precedes">
  & {
    /** Whether its ack is known to have arrived. */
    readonly settled: boolean;
  };

/** What a checkpoint makes durable besides the ids it has claimed. */
export interface CheckpointBatch {
  /** When it is written, in milliseconds since 1970 (UTC). */
  readonly at: number;
  /** What to add to the totals. */
  readonly counts: Counts;
  /** Deliveries that could not be counted. */
  readonly rejections: readonly Rejection[];
  /** How far each stream has been counted with this; see `LedgerMemory`. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Rows of rejections that have been counted after all, and go. */
  readonly released?: readonly number[];
}

/** Some of the rejections; all of them if nothing is said. */
export interface RejectionSelection {
  /** Those of one reason. */
  readonly reason?: RejectionReason | undefined;
  /** Those recorded before this moment, in milliseconds since 1970 (UTC). */
  readonly before?: number | undefined;
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
  /** Why it stopped: `idle`, `empty`, `signal`, `limit`, `end-of-input`, `replay` or `error`. */
  readonly stopped: string;
}
