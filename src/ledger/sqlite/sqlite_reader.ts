import { existsSync } from "node:fs";
import {
  DatabaseSync,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import {
  byCodePoint,
  type Counts,
  type TypeTotals,
  type UserCount,
} from "../../model/counts.ts";
import { EventCounterError, EXIT, messageOf } from "../../model/errors.ts";
import type { FileNote } from "../../model/file_note.ts";
import type { Position } from "../../model/position.ts";
import type {
  RejectionReason,
  StoredRejection,
} from "../../model/rejection.ts";
import { addLog } from "../counts.ts";
import {
  type IdTotals,
  LedgerMissing,
  type LedgerReader,
  type RejectionTotals,
  type StoredCheckpoint,
  type StoredIds,
  type StoredRun,
} from "../ledger_reader.ts";
import { addSorted, pagesOf } from "../sorted_counts.ts";
import { isLedgerLocked } from "./sqlite_lock.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { checkFile, isNew, versionOf } from "./sqlite_file.ts";
import {
  checkpointOf,
  fileNoteOf,
  idsOf,
  positionOf,
  readRejections,
  requireValue,
  runOf,
  uuidsOf,
} from "./sqlite_row.ts";
import { TYPES } from "./sqlite_schema.ts";

/** Rows handed out at once. */
const PAGE = 1000;

/** The first version that notes how many ids there were. */
const NOTES_IDS = 3;

type Row = Record<string, SQLOutputValue>;

/**
 * Reads a SQLite ledger as it is at one moment, also while a worker goes on
 * with it; see {@linkcode LedgerReader}.
 */
export class SqliteReader implements LedgerReader {
  /** The ledger's file. */
  readonly name: string;
  readonly version: number;
  readonly #database: DatabaseSync;
  /** Counts of checkpoints that are not in the table `total` yet. */
  readonly #unfolded: Counts;

  private constructor(path: string, database: DatabaseSync) {
    this.name = path;
    this.#database = database;
    // The moment is that of the first statement that reads.
    database.exec("BEGIN");
    this.#unfolded = readLog(database);
    this.version = versionOf(database);
  }

  /**
   * Opens a ledger.
   *
   * @throws {EventCounterError} 65 if it is not there, no ledger, damaged or of
   * a later version, 73 if nobody works with it, and whoever reads may not write
   * to it and its folder: SQLite has shared files beside a ledger in use.
   */
  static open(path: string): SqliteReader {
    let database: DatabaseSync | undefined;
    try {
      refuseMissing(path);
      database = openToRead(path);
      checkFile(database, path);
      if (isNew(database)) throw missing(path, "it is empty");
      return new SqliteReader(path, database);
    } catch (error) {
      database?.close();
      throw sqliteFailure(error, path);
    }
  }

  async bytes(): Promise<number> {
    const [row] = await this.#all(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
      (row) => row.bytes as number,
    );
    return row!;
  }

  isInUse(): Promise<boolean> {
    return Promise.resolve(isLedgerLocked(this.name));
  }

  runs(): AsyncIterable<readonly StoredRun[]> {
    return this.#pages(
      `SELECT *, ${
        isLedgerLocked(this.name) ? "id = (SELECT max(id) FROM run)" : "0"
      } AS isRunning FROM run ORDER BY id`,
      runOf,
    );
  }

  async types(): Promise<string[]> {
    const folded = await this.#all(TYPES, ({ type }) => type as string);
    return [...new Set([...folded, ...this.#unfolded.keys()])]
      .sort(byCodePoint);
  }

  async totals(type: string): Promise<TypeTotals> {
    const unfolded = [...this.#unfolded.get(type) ?? []];
    const [folded] = await this.#all(
      "SELECT ifnull(sum(count), 0) AS events, count(*) AS users FROM total WHERE type = ?",
      ({ events, users }) => [events as number, users as number] as const,
      type,
    );
    const [events, users] = folded!;
    return {
      events: unfolded.reduce((sum, [, count]) => sum + count, events),
      users: users + await this.#newUsers(type, unfolded),
    };
  }

  counts(type: string): AsyncIterable<readonly UserCount[]> {
    const unfolded = [...this.#unfolded.get(type) ?? []]
      .sort(([left], [right]) => byCodePoint(left, right));
    const folded = this.#folded(type);
    return unfolded.length === 0
      ? folded
      : addSorted([folded, pagesOf(unfolded)]);
  }

  rejectionTotals(): Promise<RejectionTotals[]> {
    return this.#all(
      // Else the whole bodies are sorted by their reasons.
      "WITH size AS MATERIALIZED (SELECT reason, length(body) + " +
        "length(routing_key) - 2 + ifnull(length(properties), 0) AS bytes FROM " +
        "rejection WHERE reason <> '') SELECT reason, count(*) AS rejections, " +
        "total(bytes) AS bytes FROM size GROUP BY reason ORDER BY rejections DESC, reason",
      ({ reason, rejections, bytes }) => ({
        reason: reason as RejectionReason,
        rejections: rejections as number,
        bytes: bytes as number,
      }),
    );
  }

  async *rejections(): AsyncGenerator<
    readonly StoredRejection[],
    void,
    void
  > {
    for (let last = 0;;) {
      const page = await this.#try(() => readRejections(this.#database, last));
      if (page.length === 0) return;
      last = page.at(-1)!.row;
      yield page;
    }
  }

  async idTotals(): Promise<IdTotals> {
    const [totals] = await this.#all(
      "SELECT total(length(uuids)) / 16 AS uuids, " +
        "total(json_array_length(texts)) AS texts, " +
        "total(length(texts)) AS textBytes FROM checkpoint",
      ({ uuids, texts, textBytes }) => ({
        uuids: uuids as number,
        texts: texts as number,
        textBytes: textBytes as number,
      }),
    );
    return totals!;
  }

  async *ids(): AsyncGenerator<StoredIds, void, void> {
    const checkpoints = this.#pages(
      "SELECT id, uuids, texts FROM checkpoint ORDER BY id",
      ({ id, uuids, texts }) => ({
        place: `checkpoint ${id}`,
        uuids: uuidsOf(uuids),
        texts: idsOf(texts),
      }),
      () => 1,
    );
    for await (const page of checkpoints) yield* page;
  }

  async forgotten(): Promise<number> {
    if (this.version < NOTES_IDS) return 0;
    const [forgotten] = await this.#all(
      "SELECT total(forgotten) AS forgotten FROM run",
      (row) => row.forgotten as number,
    );
    return forgotten!;
  }

  checkpoints(): AsyncIterable<readonly StoredCheckpoint[]> {
    return this.#pages(
      `SELECT id, run, ${
        this.version < NOTES_IDS ? "NULL AS events" : "events"
      }, counts, ` +
        "length(uuids) / 16.0 + json_array_length(texts) AS ids " +
        "FROM checkpoint ORDER BY id",
      checkpointOf,
    );
  }

  async positions(): Promise<ReadonlyMap<string, Position>> {
    return new Map(
      await this.#all(
        "SELECT * FROM position",
        (row) => [row.stream as string, positionOf(row)] as const,
      ),
    );
  }

  files(): Promise<FileNote[]> {
    return this.#all("SELECT * FROM file ORDER BY name, folder", fileNoteOf);
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Fetched page by page: row by row takes three times as long. */
  async *#folded(
    type: string,
  ): AsyncGenerator<readonly UserCount[], void, void> {
    const page = this.#database.prepare(
      `SELECT user, count FROM total WHERE type = ? AND user > ? ORDER BY user LIMIT ${PAGE}`,
    );
    // The types that Deno brings by itself lack it.
    (page as StatementSync & { setReturnArrays(enabled: boolean): void })
      .setReturnArrays(true);
    // No user is empty, so every one sorts after no bytes at all.
    for (let last = new Uint8Array();;) {
      const rows = await this.#try(() => page.all(type, last));
      if (rows.length === 0) return;
      last = requireValue(rows.at(-1)![0]) as Uint8Array<ArrayBuffer>;
      yield await this.#try(() => rows.map(userCountOf));
    }
  }

  /** How many of some users have no total yet. */
  async #newUsers(
    type: string,
    users: readonly UserCount[],
  ): Promise<number> {
    const has = this.#database.prepare(
      "SELECT 1 FROM total WHERE type = ? AND user = ?",
    );
    return await this.#try(() =>
      users.filter(([user]) =>
        has.get(type, utf8Bytes.encode(user)) === undefined
      ).length
    );
  }

  #all<Value>(
    sql: string,
    read: (row: Row) => Value,
    ...parameters: string[]
  ): Promise<Value[]> {
    return this.#try(() =>
      this.#database.prepare(sql).all(...parameters).map(read)
    );
  }

  /** @param shareOf Which part of a page a value fills. */
  async *#pages<Value>(
    sql: string,
    read: (row: Row) => Value,
    shareOf: (value: Value) => number = () => 1 / PAGE,
  ): AsyncGenerator<readonly Value[], void, void> {
    const rows = await this.#try(() => this.#database.prepare(sql).iterate());
    for (;;) {
      const page = await this.#try(() => {
        const page: Value[] = [];
        for (let filled = 0; filled < 1;) {
          const { done, value: row } = rows.next();
          if (done === true) break;
          const value = read(row);
          page.push(value);
          filled += shareOf(value);
        }
        return page;
      });
      if (page.length === 0) return;
      yield page;
    }
  }

  /** Runs it at once; what it throws rejects, as one of our errors. */
  #try<Value>(run: () => Value): Promise<Value> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(sqliteFailure(error, this.name));
    }
  }
}

/**
 * Whoever reads a database in WAL mode shares files beside it with its writer.
 * Where there are none, nobody else has it open: then the last one to close it
 * removes them again, but only if it could write.
 */
function openToRead(path: string): DatabaseSync {
  const isOpen = existsSync(`${path}-wal`);
  // Its owner could not write to the files that SQLite would make now.
  if (!existsSync(`${path}-shm`) && !mayWrite(path)) {
    throw new EventCounterError(
      EXIT.cannotCreateOutput,
      `Cannot read ledger "${path}": while no run goes on, only who may write ` +
        "to it and its folder can; run this as its owner",
    );
  }
  const database = new DatabaseSync(path, { readOnly: isOpen });
  database.exec("PRAGMA query_only = ON");
  return database;
}

function mayWrite(path: string): boolean {
  try {
    Deno.openSync(path, { write: true }).close();
    return true;
  } catch {
    return false;
  }
}

/** @param row An array, which is made faster than an object. */
function userCountOf({ 0: user, 1: count }: Row): UserCount {
  return [utf8.decode(requireValue(user) as Uint8Array), count as number];
}

/** @throws {EventCounterError} 65 if it is missing, or no file. */
function refuseMissing(path: string): void {
  try {
    if (Deno.statSync(path).isFile) return;
    throw new Error("it is no file");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw missing(path, error);
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot read ledger "${path}": ${messageOf(error)}; check its name`,
      { cause: error },
    );
  }
}

function missing(path: string, cause: unknown): LedgerMissing {
  return new LedgerMissing(
    `Cannot read ledger "${path}": ${messageOf(cause)}; check its name`,
    { cause },
  );
}

/** The counts that wait in the log. */
function readLog(database: DatabaseSync): Counts {
  const sums = new Map<string, Map<string, number>>();
  const log = database.prepare(
    "SELECT counts FROM checkpoint WHERE counts IS NOT NULL",
  );
  for (const { counts } of log.iterate()) addLog(sums, counts as string);
  return sums;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const utf8Bytes = new TextEncoder();
