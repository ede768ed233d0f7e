import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TypeTotals, UserCount, UserTotal } from "../../model/counts.ts";
import type { FileNotes } from "../../model/file_note.ts";
import type { Event } from "../../model/event.ts";
import type { Position } from "../../model/position.ts";
import type { StoredRejection } from "../../model/rejection.ts";
import type { Uuid } from "../../model/uuid.ts";
import { writeCounts } from "../counts.ts";
import type {
  CheckpointBatch,
  Claim,
  Ledger,
  LedgerMemory,
  RecordedRejection,
  RejectionSelection,
  RunRecord,
} from "../ledger.ts";
import { writeStoredProperties } from "../stored_properties.ts";
import { SeenIds } from "../seen/seen_ids.ts";
import { ClaimedIds } from "./claimed_ids.ts";
import {
  forgetRejections,
  RECENT_REJECTIONS,
  releaseRejections,
} from "./removed_rejections.ts";
import { SqliteFileNotes } from "./sqlite_file_notes.ts";
import {
  idsOf,
  positionOf,
  readRejections,
  recordedRejectionOf,
  uuidsOf,
} from "./sqlite_row.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import {
  inTransaction,
  type LedgerFile,
  openLedgerFile,
} from "./sqlite_file.ts";
import { SqliteTotals } from "./sqlite_totals.ts";

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
  readonly #totals: SqliteTotals;
  readonly #appendCheckpoint: StatementSync;
  readonly #appendRejection: StatementSync;
  readonly #appendPosition: StatementSync;
  #seen = new SeenIds();
  readonly #claimed = new ClaimedIds();
  #run = 0;
  /** The rows of checkpoints, by the number of the commit in this run. */
  #rows: number[] = [];
  /** The last rejection of earlier runs. */
  #rejectionsBefore = 0;
  /** Commits whose acks have arrived, which is not noted yet. */
  readonly #settled = new Set<number>();

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
    this.#totals = new SqliteTotals(database);
    this.files = new SqliteFileNotes(database, path);
    this.#appendCheckpoint = database.prepare(
      "INSERT INTO checkpoint (run, at, settled, counts, texts, uuids, events) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#appendRejection = database.prepare(
      "INSERT INTO rejection (checkpoint, at, reason, routing_key, fingerprint, follows, precedes, body, properties) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#appendPosition = database.prepare(
      "INSERT OR REPLACE INTO position (stream, last_offset, fingerprint) VALUES (?, ?, ?)",
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
        ledger.#totals.foldLog();
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
      this.#rows = [this.#lastOf("checkpoint")];
      this.#settled.clear();
      this.#rejectionsBefore = this.#lastOf("rejection");
      this.#totals.fold();
      this.#transaction(() => this.#run = this.#insertRun(startedAt));
      this.#loadIds();
      return {
        types: this.#totals.types(),
        recentRejections: this.#recentRejections(),
        positions: this.#positions(),
      };
    });
  }

  claim(events: readonly Event[]): Claim {
    return this.#seen.claim(events, this.#noteClaimed);
  }

  get ids(): number {
    return this.#seen.size;
  }

  has(key: Uuid | string): boolean {
    return this.#seen.has(key);
  }

  recordedBefore(fingerprint: Uint8Array): number {
    const { number } = this.#database.prepare(
      "SELECT count(*) AS number FROM rejection WHERE fingerprint = ? AND id <= ? AND reason <> ''",
    ).get(fingerprint, this.#rejectionsBefore)!;
    return number as number;
  }

  commit(batch: CheckpointBatch): Promise<void> {
    return this.#try(() => {
      let row = 0;
      this.#totals.add(batch.counts, (fold) =>
        this.#transaction(() => {
          row = this.#append(batch);
          this.#noteSettled();
          fold();
        }));
      this.#settled.clear();
      this.#claimed.clear();
      this.#rows.push(row);
    });
  }

  settle(commit: number): void {
    this.#settled.add(commit);
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
    return this.#try(() => this.#totals.types());
  }

  totals(type: string): Promise<TypeTotals> {
    return this.#try(() => this.#totals.of(type));
  }

  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    const pages = this.#totals.pages(type);
    for (;;) {
      const { done, value } = await this.#try(() => pages.next());
      if (done === true) return;
      yield value;
    }
  }

  busiest(most: number): Promise<UserTotal[]> {
    return this.#try(() => this.#totals.busiest(most));
  }

  async *rejections(after = 0): AsyncGenerator<
    readonly StoredRejection[]
  > {
    for (let last = after;;) {
      const page = await this.#try(() => readRejections(this.#database, last));
      if (page.length === 0) return;
      last = page.at(-1)!.row;
      yield page;
    }
  }

  forgetRejections(which: RejectionSelection): Promise<number> {
    return this.#try(() => {
      let forgotten = 0;
      // What is forgotten is not to be found in the file either.
      this.#database.exec("PRAGMA secure_delete = ON");
      this.#transaction(() =>
        forgotten = forgetRejections(this.#database, which)
      );
      return forgotten;
    });
  }

  close(): Promise<void> {
    return this.#try(() => {
      if (this.#settled.size > 0) {
        this.#transaction(() => this.#noteSettled());
      }
      this.#file.close();
    });
  }

  readonly #noteClaimed = (key: Uuid | string) => this.#claimed.add(key);

  /** Forgets ids as far as it is told to. @returns The row of the run. */
  #insertRun(startedAt: number): number {
    const { forgetBefore } = this.#options;
    const forgotten = forgetBefore === undefined
      ? 0
      : this.#forgetIds(forgetBefore);
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO run (started_at, forgotten) VALUES (?, ?)")
      .run(startedAt, forgotten);
    return Number(lastInsertRowid);
  }

  /** @returns How many there were. */
  #forgetIds(before: number): number {
    const { ids } = this.#database.prepare(
      "SELECT ifnull(sum(length(uuids) / 16 + json_array_length(texts)), 0) " +
        "AS ids FROM checkpoint WHERE at < ?",
    ).get(before)!;
    this.#database.prepare("DELETE FROM checkpoint WHERE at < ?").run(before);
    return ids as number;
  }

  #loadIds(): void {
    this.#seen = new SeenIds();
    const batches = this.#database.prepare(
      "SELECT uuids, texts FROM checkpoint",
    );
    for (const { uuids, texts } of batches.iterate()) {
      this.#seen.addPacked(uuidsOf(uuids));
      for (const id of idsOf(texts)) this.#seen.add(id);
    }
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
  #append(
    { at, counts, rejections, positions, released = [] }: CheckpointBatch,
  ): number {
    const { lastInsertRowid } = this.#appendCheckpoint.run(
      this.#run,
      at,
      // Nothing of it is worth knowing again.
      rejections.length === 0 ? 1 : 0,
      writeCounts(counts),
      JSON.stringify(this.#claimed.texts),
      this.#claimed.uuids,
      this.#claimed.size,
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
        writeStoredProperties(rejection.properties),
      );
    }
    for (const [stream, { offset, fingerprint }] of positions) {
      this.#appendPosition.run(stream, offset, fingerprint);
    }
    releaseRejections(this.#database, released);
    return row;
  }

  #noteSettled(): void {
    for (const commit of this.#settled) {
      const row = this.#rows[commit]!;
      this.#database.prepare(
        "UPDATE checkpoint SET settled = 1 WHERE settled = 0 AND id BETWEEN ? AND ?",
      ).run(commit === 0 ? 0 : row, row);
    }
  }

  #lastOf(table: "checkpoint" | "rejection"): number {
    const { last } = this.#database
      .prepare(`SELECT ifnull(max(id), 0) AS last FROM ${table}`).get()!;
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
}
