import type { TypeTotals, UserCount } from "../model/counts.ts";
import type { FileNote } from "../model/file_note.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import type { Position } from "../model/position.ts";
import type { RejectionReason, StoredRejection } from "../model/rejection.ts";
import type { RunRecord } from "./ledger.ts";

/**
 * Reads a ledger as it is at one moment, also while workers go on with it, and
 * writes nothing to it. Whatever its size, little of it is in memory at a time:
 * what may be long comes in pages. Whoever implements this passes the contract
 * suite in `tests/contract`.
 *
 * Every method throws an {@linkcode EventCounterError} if the ledger is damaged
 * (65), cannot be read (74), or is out of reach (69).
 */
export interface LedgerReader extends AsyncDisposable {
  /** What messages call it: its path, or its URL without a password. */
  readonly name: string;

  /** The version of its schema. */
  readonly version: number;

  /** How many bytes it takes where it is kept. */
  bytes(): Promise<number>;

  /** Whether a worker went on with it, as far as can be told, at that moment. */
  isInUse(): Promise<boolean>;

  /** Every run, the first one first, in pages. */
  runs(): AsyncIterable<readonly StoredRun[]>;

  /** Every type with a count, sorted by code point. */
  types(): Promise<string[]>;

  /** What the counts of one type add up to. */
  totals(type: string): Promise<TypeTotals>;

  /** The totals of one type, sorted by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;

  /** How many rejections there are of each reason, the most first. */
  rejectionTotals(): Promise<RejectionTotals[]>;

  /**
   * Rejections in the order they were recorded, in pages whose size is bounded
   * by the bytes of their bodies.
   */
  rejections(): AsyncIterable<readonly StoredRejection[]>;

  /** How many ids there are. */
  idTotals(): Promise<IdTotals>;

  /** All ids, in pages. */
  ids(): AsyncIterable<StoredIds>;

  /** How many more there were: `--dedupe-window` had them forgotten. */
  forgotten(): Promise<number>;

  /** Checkpoints that keep their ids to themselves, in pages: SQLite alone. */
  checkpoints(): AsyncIterable<readonly StoredCheckpoint[]>;

  /** How far each stream has been counted, by its name. */
  positions(): Promise<ReadonlyMap<string, Position>>;

  /** What is known of the files that were written from it. */
  files(): Promise<FileNote[]>;

  /** Lets go of it. */
  close(): Promise<void>;
}

/** There is no ledger, nor anything else in its place: a run would make it. */
export class LedgerMissing extends EventCounterError {
  /** @param message What is not there, and what to do. */
  constructor(message: string, options?: ErrorOptions) {
    super(EXIT.badInput, message, options);
  }
}

/**
 * A run as a ledger keeps it. One without an end has `running` or, as far as can
 * be told, `killed` in the place of the reason why it stopped.
 */
export interface StoredRun extends Partial<RunRecord> {
  /** A number or a UUID. */
  readonly id: string;
  /** Milliseconds since 1970 (UTC). */
  readonly startedAt: number;
  readonly stopped: string;
}

/** What is known of a checkpoint besides its ids. */
export interface StoredCheckpoint {
  /** The key of its row; each is one more than that before. */
  readonly row: number;
  /** The run that made it. */
  readonly run: string;
  /** How many ids it has. */
  readonly ids: number;
  /** How many it had, unless an earlier version has made it. */
  readonly events?: number;
  /** What its counts add up to, while they wait in the log. */
  readonly counted?: number;
}

/** The rejections of one reason. */
export interface RejectionTotals {
  readonly reason: RejectionReason;
  /** How many there are. */
  readonly rejections: number;
  /** What bodies, routing keys and properties add up to, in bytes, about. */
  readonly bytes: number;
}

/** Some ids, as they are stored together. */
export interface StoredIds {
  /** Where they are kept, for messages: `checkpoint 7`, or a table. */
  readonly place: string;
  /** The UUIDs, 16 bytes each, most significant first. */
  readonly uuids: Uint8Array;
  /** Those that are no canonical UUIDs. */
  readonly texts: readonly string[];
}

/** How many ids a ledger has. */
export interface IdTotals {
  readonly uuids: number;
  readonly texts: number;
  /** Bytes of the texts, about. */
  readonly textBytes: number;
}
