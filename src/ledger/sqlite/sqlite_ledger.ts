import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Counts, TypeTotals, UserCount } from "../../model/counts.ts";
import type { FileNotes } from "../../model/file_note.ts";
import type { Event } from "../../model/event.ts";
import type { Position } from "../../model/position.ts";
import type { Rejection } from "../../model/rejection.ts";
import type { Uuid } from "../../model/uuid.ts";
import { addCounts, readCounts, sizeOf, writeCounts } from "../counts.ts";
import type {
  CheckpointBatch,
  Claim,
  Ledger,
  LedgerMemory,
  RecordedRejection,
  RunRecord,
} from "../ledger.ts";
import { SeenIds } from "../seen/seen_ids.ts";
import { ClaimedIds } from "./claimed_ids.ts";
import { SqliteFileNotes } from "./sqlite_file_notes.ts";
import {
  idsOf,
  positionOf,
  readRejections,
  recordedRejectionOf,
  requireValue,
} from "./sqlite_row.ts";
import { TYPES } from "./sqlite_schema.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import {
  inTransaction,
  type LedgerFile,
  openLedgerFile,
} from "./sqlite_file.ts";

/** Rejections that are known again by their place, the last ones. */
const RECENT_REJECTIONS = 20_000;

/** Rows handed out at once when totals are read. */
const PAGE = 1000;

/** Checkpoints whose counts wait in the log before they join the totals. */
const FOLD_AFTER_CHECKPOINTS = 64;

/** Users whose counts wait there at most (three types count thrice). */
const FOLD_AFTER_USERS = 100_000;

/** Settings of a {@linkcode SqliteLedger}. */
export interface SqliteLedgerOptions {
  /**
   * Ids counted before this moment (milliseconds since 1970) are forgotten
   * when the ledger is loaded. By default nothing ever is.
   */
  readonly forgetBefore?: number;
}

/**
 * The embedded ledger: one SQLite file, written by one process at a time and
 * read by whoever likes to.
 *
 * WAL with `synchronous = FULL`: a commit has returned only after its fsync
 * (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export class SqliteLedger implements Ledger {
  readonly ackAfter = "checkpoint";
  readonly claimSize = 1;
  readonly files: FileNotes;
  readonly #path: string;
  readonly #file: LedgerFile;
  readonly #database: DatabaseSync;
  readonly #options: SqliteLedgerOptions;
  readonly #appendCheckpoint: StatementSync;
  readonly #appendRejection: StatementSync;
  readonly #addToTotal: StatementSync;
  readonly #appendPosition: StatementSync;
  #seen = new SeenIds();
  readonly #claimed = new ClaimedIds();
  #run = 0;
  /** The rows of checkpoints, by the number of the commit in this run. */
  #rows: number[] = [];
  /** Acks have arrived up to this row, which is not noted yet. */
  #settled: number | undefined;
  /** Counts of the checkpoints that are not in `total` yet. */
  #unfolded = new Map<string, Map<string, number>>();
  #unfoldedCheckpoints = 0;

  private constructor(
    path: string,
    file: LedgerFile,
    options: SqliteLedgerOptions,
  ) {
    const { database } = file;
    this.#path = path;
    this.#file = file;
    this.#database = database;
    this.#options = options;
    this.files = new SqliteFileNotes(database, path);
    this.#appendCheckpoint = database.prepare(
      "INSERT INTO checkpoint (run, at, settled, counts, texts, uuids) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#appendRejection = database.prepare(
      "INSERT INTO rejection (checkpoint, at, reason, routing_key, fingerprint, follows, precedes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#appendPosition = database.prepare(
      "INSERT OR REPLACE INTO position (stream, last_offset, fingerprint) VALUES (?, ?, ?)",
    );
    this.#addToTotal = database.prepare(
      "INSERT INTO total (type, user, count) VALUES (?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET count = count + excluded.count",
    );
  }

  /**
   * Opens a ledger file, or makes it.
   *
   * @param path The file. Its folder must exist.
   * @throws {EventCounterError} 75 if another worker has it, 65 if it is
   * no ledger, damaged, or of a later version, 73 if it cannot be made or
   * written, 74 on an I/O error.
   */
  static open(
    path: string,
    options: SqliteLedgerOptions = {},
  ): Promise<SqliteLedger> {
    return Promise.try(() => {
      let file: LedgerFile | undefined;
      try {
        file = openLedgerFile(path);
        const ledger = new SqliteLedger(path, file, options);
        ledger.#transaction(() => ledger.#foldLog());
        return ledger;
      } catch (error) {
        file?.close();
        throw sqliteFailure(error, path);
      }
    });
  }

  beginRun(startedAt: number): Promise<LedgerMemory> {
    return this.#try(() => {
      this.#claimed.clear();
      this.#rows = [this.#lastRow()];
      this.#fold();
      this.#loadIds();
      const { lastInsertRowid } = this.#database
        .prepare("INSERT INTO run (started_at) VALUES (?)").run(startedAt);
      this.#run = Number(lastInsertRowid);
      return {
        types: this.#types(),
        recentRejections: this.#recentRejections(),
        positions: this.#positions(),
      };
    });
  }

  claim(events: readonly Event[]): Claim {
    return this.#seen.claim(events, this.#noteClaimed);
  }

  has(key: Uuid | string): boolean {
    return this.#seen.has(key);
  }

  hasRejection(fingerprint: Uint8Array): boolean {
    return this.#database
      .prepare("SELECT 1 FROM rejection WHERE fingerprint = ?")
      .get(fingerprint) !== undefined;
  }

  commit(batch: CheckpointBatch): Promise<void> {
    return this.#try(() => {
      const fold = this.#unfoldedCheckpoints + 1 >= FOLD_AFTER_CHECKPOINTS ||
        sizeOf(this.#unfolded) >= FOLD_AFTER_USERS;
      let row = 0;
      this.#transaction(() => {
        row = this.#append(batch);
        this.#noteSettled();
        if (fold) this.#foldInto(this.#unfolded, batch.counts);
      });
      this.#settled = undefined;
      this.#claimed.clear();
      this.#rows.push(row);
      if (fold) this.#folded();
      else {
        addCounts(this.#unfolded, batch.counts);
        this.#unfoldedCheckpoints++;
      }
    });
  }

  settle(commit: number): void {
    this.#settled = Math.max(this.#settled ?? 0, this.#rows[commit]!);
  }

  endRun(run: RunRecord): Promise<void> {
    return this.#try(() => {
      this.#database.prepare(
        "UPDATE run SET ended_at = ?, stopped = ?, unique_events = ?, " +
          "duplicates = ?, rejected = ? WHERE id = ?",
      ).run(
        run.endedAt,
        run.stopped,
        run.unique,
        run.duplicates,
        run.rejected,
        this.#run,
      );
    });
  }

  types(): Promise<string[]> {
    return this.#try(() => {
      this.#fold();
      return this.#types();
    });
  }

  totals(type: string): Promise<TypeTotals> {
    return this.#try(() => {
      this.#fold();
      const { events, users } = this.#database.prepare(
        "SELECT sum(count) AS events, count(*) AS users FROM total WHERE type = ?",
      ).get(type)!;
      return { events: (events ?? 0) as number, users: users as number };
    });
  }

  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    await this.#try(() => this.#fold());
    const page = this.#database.prepare(
      "SELECT user, count FROM total WHERE type = ? AND user > ? ORDER BY user LIMIT ?",
    );
    // No user is empty, so every one sorts after no bytes at all.
    let last: Uint8Array = new Uint8Array();
    for (;;) {
      const rows = await this.#try(() => page.all(type, last, PAGE));
      if (rows.length === 0) return;
      last = rows.at(-1)!.user as Uint8Array;
      yield rows.map(({ user, count }) =>
        [
          utf8.decode(requireValue(user) as Uint8Array),
          count as number,
        ] as const
      );
    }
  }

  async *rejections(after = 0): AsyncGenerator<readonly Rejection[]> {
    // Rows are only ever added, so their ids count them.
    for (let last = after;;) {
      const page = await this.#try(() => readRejections(this.#database, last));
      if (page.length === 0) return;
      last += page.length;
      yield page;
    }
  }

  close(): Promise<void> {
    return this.#try(() => {
      if (this.#settled !== undefined) {
        this.#transaction(() => this.#noteSettled());
      }
      this.#file.close();
    });
  }

  readonly #noteClaimed = (key: Uuid | string) => this.#claimed.add(key);

  #loadIds(): void {
    this.#seen = new SeenIds();
    const { forgetBefore } = this.#options;
    if (forgetBefore !== undefined) {
      this.#database.prepare("DELETE FROM checkpoint WHERE at < ?")
        .run(forgetBefore);
    }
    const batches = this.#database.prepare(
      "SELECT uuids, texts FROM checkpoint",
    );
    for (const { uuids, texts } of batches.iterate()) {
      this.#seen.addPacked(requireValue(uuids) as Uint8Array);
      for (const id of idsOf(texts)) this.#seen.add(id);
    }
  }

  #types(): string[] {
    return this.#database.prepare(TYPES).all()
      .map(({ type }) => type as string);
  }

  /** The last ones, the oldest first. */
  #recentRejections(): RecordedRejection[] {
    return this.#database.prepare(
      "SELECT fingerprint, follows, precedes, ifnull(settled, 1) AS settled " +
        "FROM rejection LEFT JOIN checkpoint ON checkpoint.id = checkpoint " +
        "ORDER BY rejection.id DESC LIMIT ?",
    ).all(RECENT_REJECTIONS).map(recordedRejectionOf).reverse();
  }

  #positions(): ReadonlyMap<string, Position> {
    return new Map(
      this.#database.prepare("SELECT * FROM position").all()
        .map((row) => [row.stream as string, positionOf(row)]),
    );
  }

  /** @returns The row of the checkpoint. */
  #append({ at, counts, rejections, positions }: CheckpointBatch): number {
    const { lastInsertRowid } = this.#appendCheckpoint.run(
      this.#run,
      at,
      // Nothing of it is worth knowing again.
      rejections.length === 0 ? 1 : 0,
      writeCounts(counts),
      JSON.stringify(this.#claimed.texts),
      this.#claimed.uuids,
    );
    const row = Number(lastInsertRowid);
    for (const rejection of rejections) {
      this.#appendRejection.run(
        row,
        rejection.at,
        rejection.reason,
        JSON.stringify(rejection.routingKey),
        rejection.fingerprint,
        JSON.stringify(rejection.follows) ?? null,
        JSON.stringify(rejection.precedes) ?? null,
        rejection.body,
      );
    }
    for (const [stream, { offset, fingerprint }] of positions) {
      this.#appendPosition.run(stream, offset, fingerprint);
    }
    return row;
  }

  #noteSettled(): void {
    if (this.#settled === undefined) return;
    this.#database.prepare(
      "UPDATE checkpoint SET settled = 1 WHERE settled = 0 AND id <= ?",
    ).run(this.#settled);
  }

  #lastRow(): number {
    const { last } = this.#database
      .prepare("SELECT ifnull(max(id), 0) AS last FROM checkpoint").get()!;
    return last as number;
  }

  /** Runs it at once; what it throws rejects, as one of our errors. */
  #try<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(sqliteFailure(error, this.#path));
    }
  }

  #transaction(run: () => void): void {
    inTransaction(this.#database, run);
  }

  /** Adds counts that still wait in the log to the totals. */
  #fold(): void {
    if (this.#unfoldedCheckpoints === 0) return;
    this.#transaction(() => this.#foldInto(this.#unfolded));
    this.#folded();
  }

  /** The same for what a run that died has left in the log. */
  #foldLog(): void {
    const left = new Map<string, Map<string, number>>();
    const log = this.#database.prepare(
      "SELECT counts FROM checkpoint WHERE counts IS NOT NULL",
    );
    for (const { counts } of log.iterate()) {
      addCounts(left, readCounts(counts as string));
    }
    if (left.size > 0) this.#foldInto(left);
  }

  #foldInto(...several: readonly Counts[]): void {
    for (const counts of several) {
      for (const [type, users] of counts) {
        for (const [user, count] of users) {
          this.#addToTotal.run(type, encoder.encode(user), count);
        }
      }
    }
    this.#database.exec(
      "UPDATE checkpoint SET counts = NULL WHERE counts IS NOT NULL",
    );
  }

  #folded(): void {
    this.#unfolded.clear();
    this.#unfoldedCheckpoints = 0;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
