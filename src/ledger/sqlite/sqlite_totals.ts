import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  Counts,
  TypeTotals,
  UserCount,
  UserTotal,
} from "../../model/counts.ts";
import { addCounts, readCounts, sizeOf } from "../counts.ts";
import { inTransaction } from "./sqlite_file.ts";
import { requireValue } from "./sqlite_row.ts";
import { busiestOf, TYPES } from "./sqlite_schema.ts";

/** Users handed out at once. */
const PAGE = 1000;

/** Checkpoints whose counts wait in the log before they join the totals. */
const FOLD_AFTER_CHECKPOINTS = 64;

/** Users whose counts wait there at most (three types count thrice). */
const FOLD_AFTER_USERS = 100_000;

/**
 * The totals of a ledger. Counts wait in the log, the table `checkpoint`, until
 * there are many, and are then added to the table `total` together: a row per
 * user costs more than the rest of a checkpoint.
 */
export class SqliteTotals {
  readonly #database: DatabaseSync;
  readonly #addToTotal: StatementSync;
  /** What the log holds. */
  #unfolded = new Map<string, Map<string, number>>();
  #checkpoints = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#addToTotal = database.prepare(
      "INSERT INTO total (type, user, count) VALUES (?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET count = count + excluded.count",
    );
  }

  /** Adds what a run that died has left in the log. */
  foldLog(): void {
    const log = this.#database.prepare(
      "SELECT counts FROM checkpoint WHERE counts IS NOT NULL",
    );
    for (const { counts } of log.iterate()) {
      addCounts(this.#unfolded, readCounts(counts as string));
      this.#checkpoints++;
    }
    this.fold();
  }

  /** Adds what waits in the log. */
  fold(): void {
    if (this.#checkpoints === 0) return;
    inTransaction(this.#database, () => this.#foldInto(this.#unfolded));
    this.#folded();
  }

  /**
   * Notes the counts of a checkpoint.
   *
   * @param commit Commits it, its row in the log included. It has to call what
   * it is given within the transaction: there the log may join the totals.
   */
  add(counts: Counts, commit: (fold: () => void) => void): void {
    const isFull = this.#checkpoints + 1 >= FOLD_AFTER_CHECKPOINTS ||
      sizeOf(this.#unfolded) >= FOLD_AFTER_USERS;
    commit(() => {
      if (isFull) this.#foldInto(this.#unfolded, counts);
    });
    if (isFull) this.#folded();
    else {
      addCounts(this.#unfolded, counts);
      this.#checkpoints++;
    }
  }

  /** Every type with a count. */
  types(): string[] {
    this.fold();
    return this.#database.prepare(TYPES).all()
      .map(({ type }) => type as string);
  }

  /** What the counts of a type add up to. */
  of(type: string): TypeTotals {
    this.fold();
    const { events, users } = this.#database.prepare(
      "SELECT sum(count) AS events, count(*) AS users FROM total WHERE type = ?",
    ).get(type)!;
    return { events: (events ?? 0) as number, users: users as number };
  }

  /** The totals of a type by code point of the user, in pages. */
  *pages(type: string): Generator<readonly UserCount[], void> {
    this.fold();
    const page = this.#database.prepare(
      "SELECT user, count FROM total WHERE type = ? AND user > ? ORDER BY user LIMIT ?",
    );
    // No user is empty, so every one sorts after no bytes at all.
    let last: Uint8Array = new Uint8Array();
    for (;;) {
      const rows = page.all(type, last, PAGE);
      if (rows.length === 0) return;
      last = rows.at(-1)!.user as Uint8Array;
      yield rows.map(({ user, count }) => [
        utf8.decode(requireValue(user) as Uint8Array),
        count as number,
      ]);
    }
  }

  /** See `Ledger.busiest`. */
  busiest(most: number): UserTotal[] {
    const types = this.types();
    return this.#database.prepare(busiestOf(types.length)).all(...types, most)
      .map(({ user, events }) => ({
        user: utf8.decode(requireValue(user) as Uint8Array),
        events: events as number,
      }));
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
    this.#checkpoints = 0;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
