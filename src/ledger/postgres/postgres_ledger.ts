import { Buffer } from "node:buffer";
import type { TypeTotals, UserCount, UserTotal } from "../../model/counts.ts";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import type { Event } from "../../model/event.ts";
import type { FileNotes } from "../../model/file_note.ts";
import { keyOf } from "../../model/fingerprint.ts";
import type { StoredRejection } from "../../model/rejection.ts";
import type { Uuid } from "../../model/uuid.ts";
import { quantity } from "../../model/words.ts";
import { writeCounts } from "../counts.ts";
import type {
  CheckpointBatch,
  Claim,
  Ledger,
  LedgerMemory,
  RejectionSelection,
  RunRecord,
} from "../ledger.ts";
import { CheckpointTransaction } from "./checkpoint_transaction.ts";
import { claimIds } from "./claims.ts";
import { Connection, type ConnectionSettings } from "./connection.ts";
import { forgetIds } from "./forget_ids.ts";
import { PostgresFileNotes } from "./postgres_file_notes.ts";
import {
  appendRejections,
  forgetRejections,
  readRejections,
  recentRejections,
  recordedBefore,
  rejectionCount,
  releaseRejections,
  settleRejections,
  takeOverRejection,
} from "./rejections.ts";
import { prepareSchema } from "./schema.ts";
import type { Answer, Session, Statement } from "./session.ts";
import { textBytes } from "./sorted_ids.ts";
import { StreamPositions } from "./stream_positions.ts";
import { Totals } from "./totals.ts";

/** Checkpoints of this worker after which it adds up what has gathered. */
const FOLD_AFTER_CHECKPOINTS = 256;

/** Settings of a {@linkcode PostgresLedger}. */
export interface PostgresLedgerOptions extends ConnectionSettings {
  /**
   * Ids counted before this moment (milliseconds since 1970) are forgotten
   * when a run begins. By default nothing ever is.
   */
  readonly forgetBefore?: number | undefined;
}

const APPEND_COUNTS = {
  name: "append_counts",
  text: "INSERT INTO uncounted (counts) VALUES ($1)",
};

/**
 * A ledger in PostgreSQL, shared by any number of workers on any number of
 * machines: an id is counted by the one whose transaction inserts it first. A
 * second one that claims it waits for the end of that transaction, and then has
 * a duplicate, or, if it was rolled back, the id.
 */
export class PostgresLedger implements Ledger {
  readonly ackAfter = "checkpoint";
  readonly claimSize = Infinity;
  readonly files: FileNotes;
  readonly #options: PostgresLedgerOptions;
  /** For checkpoints, whose transactions stay open while events are counted. */
  readonly #connection: Connection;
  /** For what is read and noted beside them. */
  readonly #exports: Connection;
  readonly #transaction: CheckpointTransaction;
  readonly #totals: Totals;
  readonly #positions = new StreamPositions();
  /** Numbers of checkpoints whose acks have arrived, not noted yet. */
  #settled: number[] = [];
  /** How many rejections were recorded when the run began. */
  #toldOf = 0;
  /**
   * Of contents that came again since the last commit, the place up to which
   * nothing is left to be taken over: a flood of equal ones is looked through
   * once.
   */
  readonly #lookedUpTo = new Map<string, number>();

  private constructor(options: PostgresLedgerOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
    this.#transaction = new CheckpointTransaction(this.#connection);
    this.#exports = new Connection(options);
    this.#totals = new Totals(this.#exports, () => new Connection(options));
    this.files = new PostgresFileNotes(this.#exports);
  }

  /**
   * Connects to a ledger, and makes its schema where that is missing.
   *
   * @throws {EventCounterError} 69 if the server cannot be reached in time, 77
   * if it refuses the login or a permission, 65 if the schema is no ledger or
   * of a later version.
   */
  static async open(options: PostgresLedgerOptions): Promise<PostgresLedger> {
    const ledger = new PostgresLedger(options);
    try {
      await ledger.#connection.run((session) =>
        prepareSchema(session, options.address)
      );
    } catch (error) {
      await ledger.close();
      throw error;
    }
    return ledger;
  }

  async beginRun(startedAt: number): Promise<LedgerMemory> {
    await this.#transaction.beginRun();
    await this.#connection.workFor(this.#transaction.run);
    this.#settled = [];
    this.#lookedUpTo.clear();
    const { forgetBefore } = this.#options;
    const types = await this.#totals.types();
    return await this.#connection.run(async (session) => {
      await session.ask(
        "DELETE FROM checkpoint WHERE at < now() - interval '1 day'",
      );
      if (forgetBefore !== undefined) await forgetIds(session, forgetBefore);
      await session.ask(
        "INSERT INTO run (id, started_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        this.#transaction.run,
        startedAt,
      );
      this.#toldOf = await rejectionCount(session);
      return {
        types,
        recentRejections: await recentRejections(session),
        positions: await this.#positions.read(session),
      };
    });
  }

  async claim(events: readonly Event[]): Promise<Claim> {
    const claim = await this.#transaction.ask((session) =>
      claimIds(session, events)
    );
    if (claim.includes(1)) this.#transaction.hold();
    else await this.#transaction.rollBackIfEmpty();
    return claim;
  }

  has(key: Uuid | string): Promise<boolean> {
    return this.#connection.run(async (session) => {
      const { rows } = typeof key === "string"
        ? await session.ask(
          "SELECT true FROM seen_text WHERE id = $1",
          Buffer.from(textBytes(key)),
        )
        : await session.ask(
          "SELECT true FROM seen_uuid WHERE id = $1",
          key.toString(),
        );
      return rows.length > 0;
    });
  }

  recordedBefore(fingerprint: Uint8Array): Promise<number> {
    return this.#connection.run((session) =>
      recordedBefore(session, this.#transaction.run, fingerprint)
    );
  }

  async takeOverRejection(fingerprint: Uint8Array): Promise<boolean> {
    const { run, number } = this.#transaction;
    const key = keyOf(fingerprint);
    const after = this.#lookedUpTo.get(key) ?? this.#toldOf;
    if (after === Infinity) return false;
    const place = await this.#connection.run((session) =>
      takeOverRejection(session, run, number, fingerprint, after)
    );
    this.#lookedUpTo.set(key, place ?? Infinity);
    return place !== undefined;
  }

  async commit(batch: CheckpointBatch): Promise<void> {
    const settled = [...this.#settled];
    this.#lookedUpTo.clear();
    await this.#release(batch.released ?? []);
    await this.#transaction.commit((session) =>
      this.#append(session, batch, settled)
    );
    this.#settled = this.#settled.slice(settled.length);
    this.#positions.moved(batch.positions);
    // The number of the next one is one more.
    if ((this.#transaction.number - 1) % FOLD_AFTER_CHECKPOINTS === 0) {
      this.#totals.foldSoon();
    }
  }

  settle(commit: number): void {
    this.#settled.push(commit);
  }

  async endRun(run: RunRecord): Promise<void> {
    await this.#transaction.rollBack();
    await this.#connection.run((session) =>
      session.ask(
        "UPDATE run SET ended_at = $1, stopped = $2, unique_events = $3, " +
          "duplicates = $4, rejected = $5 WHERE id = $6",
        run.endedAt,
        run.stopped,
        run.unique,
        run.duplicates,
        run.rejected,
        this.#transaction.run,
      )
    );
  }

  types(): Promise<string[]> {
    return this.#totals.types();
  }

  totals(type: string): Promise<TypeTotals> {
    return this.#totals.of(type);
  }

  counts(type: string): AsyncIterable<readonly UserCount[]> {
    return this.#totals.counts(type);
  }

  busiest(most: number): Promise<UserTotal[]> {
    return this.#totals.busiest(most);
  }

  rejections(after?: number): AsyncIterable<readonly StoredRejection[]> {
    const ask = async (page: Statement, last: number) =>
      (await this.#exports.run((session) => session.ask(page, last))).rows;
    return readRejections(ask, after);
  }

  forgetRejections(which: RejectionSelection): Promise<number> {
    return this.#connection.run((session) => forgetRejections(session, which));
  }

  async close(): Promise<void> {
    await this.#transaction.rollBack();
    await this.#noteSettled();
    await this.#exports.close();
    await this.#connection.close();
  }

  async #noteSettled(): Promise<void> {
    if (this.#settled.length === 0) return;
    try {
      await this.#connection.run((session) =>
        settleRejections(session, this.#transaction.run, this.#settled)
      );
    } catch {
      // The next run takes these rejections for such as may come again.
    }
  }

  /** @throws {EventCounterError} 75 if some are not there any more. */
  async #release(places: readonly number[]): Promise<void> {
    if (places.length === 0) return;
    const released = await this.#transaction.ask((session) =>
      releaseRejections(session, places)
    );
    if (released === places.length) return;
    await this.#transaction.rollBack();
    throw new EventCounterError(
      EXIT.inUse,
      `Cannot replay ${
        quantity(places.length, "rejection")
      }: somebody else has ` +
        "replayed or forgotten some of them meanwhile; nothing of these is counted " +
        "here, so start the replay again for those that are left",
    );
  }

  #append(
    session: Session,
    { counts, rejections, positions }: CheckpointBatch,
    settled: readonly number[],
  ): Promise<Answer>[] {
    const { run, number } = this.#transaction;
    const answers: Promise<Answer>[] = [];
    if (counts.size > 0) {
      answers.push(session.ask(APPEND_COUNTS, writeCounts(counts)));
    }
    if (rejections.length > 0) {
      answers.push(...appendRejections(session, run, number, rejections));
    }
    if (positions.size > 0) {
      answers.push(this.#positions.move(session, positions));
    }
    if (settled.length > 0) {
      answers.push(settleRejections(session, run, settled));
    }
    return answers;
  }
}
