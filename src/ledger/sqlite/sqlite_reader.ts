import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import {
  byCodePoint,
  type Counts,
  type UserCount,
} from "../../model/counts.ts";
import { EventCounterError, EXIT, messageOf } from "../../model/errors.ts";
import type { Rejection } from "../../model/rejection.ts";
import { addCounts, readCounts } from "../counts.ts";
import { addSorted } from "../sorted_counts.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { checkFile, isNew } from "./sqlite_file.ts";
import { idsOf, rejectionOf, requireValue } from "./sqlite_row.ts";
import { TYPES } from "./sqlite_schema.ts";

/** The ids of one checkpoint. */
export interface StoredIds {
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

/**
 * Reads a SQLite ledger as it is at one moment, also while a worker goes on
 * with it, and writes nothing to it. Whatever its size, little of it is in
 * memory at a time.
 *
 * Every method throws an {@linkcode EventCounterError} if the file is damaged
 * (65) or cannot be read (74).
 */
export class SqliteReader {
  /** The ledger's file. */
  readonly path: string;
  readonly #database: DatabaseSync;
  /** Counts of checkpoints that are not in the table `total` yet. */
  readonly #unfolded: Counts;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
    // The moment is that of the first statement that reads.
    database.exec("BEGIN");
    this.#unfolded = readLog(database);
  }

  /**
   * Opens a ledger.
   *
   * @throws {EventCounterError} 65 if it is not there, no ledger, damaged or of
   * a later version, 73 if SQLite cannot make the files beside it that readers
   * share with a worker.
   */
  static open(path: string): SqliteReader {
    let database: DatabaseSync | undefined;
    try {
      refuseMissing(path);
      database = new DatabaseSync(path, { readOnly: true });
      checkFile(database, path);
      if (isNew(database)) throw new Error("it is empty: not a database");
      return new SqliteReader(path, database);
    } catch (error) {
      database?.close();
      throw sqliteFailure(error, path);
    }
  }

  /** Every type with a count, sorted by code point. */
  types(): string[] {
    return this.#try(() => {
      const folded = this.#database.prepare(TYPES).all()
        .map(({ type }) => type as string);
      return [...new Set([...folded, ...this.#unfolded.keys()])]
        .sort(byCodePoint);
    });
  }

  /** The totals of one type, sorted by code point of the user. */
  counts(type: string): Iterable<UserCount> {
    const unfolded = [...this.#unfolded.get(type) ?? []]
      .sort(([left], [right]) => byCodePoint(left, right));
    return addSorted([this.#folded(type), unfolded]);
  }

  /** Rejections in the order they were recorded. */
  rejections(): Iterable<Rejection> {
    return this.#rows("SELECT * FROM rejection ORDER BY id", rejectionOf);
  }

  /** All ids, checkpoint by checkpoint. */
  ids(): Iterable<StoredIds> {
    return this.#rows(
      "SELECT uuids, texts FROM checkpoint ORDER BY id",
      ({ uuids, texts }) => ({
        uuids: requireValue(uuids) as Uint8Array,
        texts: idsOf(texts),
      }),
    );
  }

  /** How many ids there are. */
  idTotals(): IdTotals {
    return this.#try(() => {
      const row = this.#database.prepare(
        "SELECT total(length(uuids)) / 16 AS uuids, " +
          "total(json_array_length(texts)) AS texts, " +
          "total(length(texts)) AS textBytes FROM checkpoint",
      ).get()!;
      return {
        uuids: row.uuids as number,
        texts: row.texts as number,
        textBytes: row.textBytes as number,
      };
    });
  }

  /** Lets go of the file. */
  close(): void {
    this.#database.close();
  }

  /** The same as {@linkcode SqliteReader.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #folded(type: string): Iterable<UserCount> {
    return this.#rows(
      "SELECT user, count FROM total WHERE type = ? ORDER BY user",
      ({ user, count }) => [
        utf8.decode(requireValue(user) as Uint8Array),
        count as number,
      ],
      type,
    );
  }

  *#rows<Value>(
    sql: string,
    read: (row: Record<string, SQLOutputValue>) => Value,
    ...parameters: string[]
  ): Generator<Value, void, void> {
    const rows = this.#try(() =>
      this.#database.prepare(sql).iterate(...parameters)
    );
    for (;;) {
      const next = this.#try(() => {
        const row = rows.next();
        return row.done === true ? undefined : { value: read(row.value) };
      });
      if (next === undefined) return;
      yield next.value;
    }
  }

  #try<Value>(run: () => Value): Value {
    try {
      return run();
    } catch (error) {
      throw sqliteFailure(error, this.path);
    }
  }
}

/** @throws {EventCounterError} 65 if it is missing, or no file. */
function refuseMissing(path: string): void {
  try {
    if (Deno.statSync(path).isFile) return;
    throw new Error("it is no file");
  } catch (error) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot read ledger "${path}": ${messageOf(error)}; check its name`,
      { cause: error },
    );
  }
}

/** The counts that wait in the log, of users as the table `total` has them. */
function readLog(database: DatabaseSync): Counts {
  const sums = new Map<string, Map<string, number>>();
  const log = database.prepare(
    "SELECT counts FROM checkpoint WHERE counts IS NOT NULL",
  );
  for (const { counts } of log.iterate()) {
    for (const [type, users] of readCounts(counts as string)) {
      for (const [user, count] of users) {
        // UTF-8 has no unpaired surrogates.
        const one = new Map([[user.toWellFormed(), count]]);
        addCounts(sums, new Map([[type, one]]));
      }
    }
  }
  return sums;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
