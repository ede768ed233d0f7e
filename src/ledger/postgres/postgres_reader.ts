import { Buffer } from "node:buffer";
import {
  byCodePoint,
  type TypeTotals,
  type UserCount,
} from "../../model/counts.ts";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import type { FileNote } from "../../model/file_note.ts";
import type { Position } from "../../model/position.ts";
import type {
  RejectionReason,
  StoredRejection,
} from "../../model/rejection.ts";
import { packedUuid, UUID_BYTES } from "../../model/uuid.ts";
import { addLog } from "../counts.ts";
import type {
  IdTotals,
  LedgerReader,
  RejectionTotals,
  StoredIds,
  StoredRun,
} from "../ledger_reader.ts";
import { addSorted, pagesOf } from "../sorted_counts.ts";
import { Connection, type ConnectionSettings } from "./connection.ts";
import { fileNoteOf } from "./postgres_file_notes.ts";
import { isPassing, lastingFailure, wordsOf } from "./postgres_failure.ts";
import { readRejections } from "./rejections.ts";
import { checkSchema, SCHEMA_VERSION } from "./schema.ts";
import {
  type Parameter,
  RUNS_AT_WORK,
  type Session,
  type Statement,
} from "./session.ts";
import { positionsOf, READ_POSITIONS } from "./stream_positions.ts";
import { textOfBytes } from "./sorted_ids.ts";
import { BEGIN_READING, READ_PAGE, READ_TYPES, userCountOf } from "./totals.ts";
import { packArray, TYPE, type Value } from "./values.ts";

/** Rows of counts or ids fetched at once. */
const LOG_ROWS = 64;
const ID_ROWS = 10_000;

/** Whoever shows it may wait long for a person to turn the page. */
const NO_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = 0";

const READ_OPEN_RUNS = {
  name: "read_open_runs",
  text: "SELECT id FROM run WHERE ended_at IS NULL",
};

const READ_RUNS = {
  name: "read_runs",
  text:
    "SELECT id, started_at, ended_at, stopped, unique_events, duplicates, " +
    "rejected FROM run WHERE (started_at, id) > ($1, $2::uuid) " +
    "ORDER BY started_at, id LIMIT 1000",
};

const READ_LOG = {
  name: "read_log",
  text:
    `SELECT id, counts FROM uncounted WHERE id > $1 ORDER BY id LIMIT ${LOG_ROWS}`,
};

/** One after another in one value, as they are handed out. */
const READ_UUIDS = {
  name: "read_uuids",
  text: "SELECT string_agg(uuid_send(id), '' ORDER BY id) FROM " +
    `(SELECT id FROM seen_uuid WHERE id > $1::uuid ORDER BY id LIMIT ${ID_ROWS}) AS next`,
};

/** The least UUID may be an id, too; all others come behind it. */
const NIL = "00000000-0000-0000-0000-000000000000";

const READ_TEXTS = {
  name: "read_texts",
  text: `SELECT id FROM seen_text WHERE id > $1 ORDER BY id LIMIT ${ID_ROWS}`,
};

/**
 * Reads a ledger in PostgreSQL as it is at one moment: in one transaction that
 * may not write; see {@linkcode LedgerReader}.
 */
export class PostgresReader implements LedgerReader {
  readonly name: string;
  readonly version = SCHEMA_VERSION;
  readonly #settings: ConnectionSettings;
  readonly #connection: Connection;
  readonly #session: Session;
  /** Ids of runs whose workers were connected, to this ledger or another one. */
  readonly #atWork: ReadonlySet<string>;
  /** Counts of checkpoints that are not in the table `total` yet. */
  readonly #unfolded = new Map<string, Map<string, number>>();

  private constructor(
    settings: ConnectionSettings,
    connection: Connection,
    session: Session,
    atWork: ReadonlySet<string>,
  ) {
    this.name = settings.address.masked;
    this.#settings = settings;
    this.#connection = connection;
    this.#session = session;
    this.#atWork = atWork;
  }

  /**
   * Connects to a ledger.
   *
   * @throws {EventCounterError} 69 if the server cannot be reached in time, 77
   * if it refuses the login or a permission, 65 if the schema is no ledger or
   * of a later version.
   */
  static async open(settings: ConnectionSettings): Promise<PostgresReader> {
    const connection = new Connection(settings);
    try {
      const [session, atWork] = await connection.run(async (session) => {
        await session.ask(BEGIN_READING);
        await session.ask(NO_LIMIT);
        const { rows } = await session.ask(RUNS_AT_WORK);
        await checkSchema(session, settings.address);
        return [session, new Set(rows.map(([run]) => run as string))] as const;
      });
      const reader = new PostgresReader(
        settings,
        connection,
        session,
        atWork,
      );
      await reader.#readLog();
      return reader;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async bytes(): Promise<number> {
    const [row] = await this.#ask(
      "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM " +
        "pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
    );
    return row![0] as number;
  }

  /** A run that was killed has no end, but no session either. */
  async isInUse(): Promise<boolean> {
    const open = await this.#ask(READ_OPEN_RUNS);
    return open.some(([run]) => this.#atWork.has(run as string));
  }

  async *runs(): AsyncGenerator<readonly StoredRun[], void, void> {
    for (let last = { id: NIL, startedAt: -1 };;) {
      const rows = await this.#ask(READ_RUNS, last.startedAt, last.id);
      if (rows.length === 0) return;
      const page = rows.map((row) => runOf(row, this.#atWork));
      last = page.at(-1)!;
      yield page;
    }
  }

  async types(): Promise<string[]> {
    const folded = (await this.#ask(READ_TYPES)).map(([type]) =>
      type as string
    );
    return [...new Set([...folded, ...this.#unfolded.keys()])]
      .sort(byCodePoint);
  }

  async totals(type: string): Promise<TypeTotals> {
    const unfolded = this.#unfolded.get(type) ?? new Map<string, number>();
    const [folded] = await this.#ask(
      "SELECT coalesce(sum(count), 0)::bigint, count(*) FROM total WHERE type = $1",
      type,
    );
    const [fresh] = await this.#ask(
      "SELECT count(*) FROM unnest($2::bytea[]) AS counted (user_id) WHERE NOT " +
        "EXISTS (SELECT FROM total WHERE type = $1 AND total.user_id = counted.user_id)",
      type,
      packArray(TYPE.bytes, [...unfolded.keys()].map((user) => utf8(user))),
    );
    const [events, users] = folded as readonly [number, number];
    return {
      events: unfolded.values().reduce((sum, count) => sum + count, events),
      users: users + (fresh![0] as number),
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

  async rejectionTotals(): Promise<RejectionTotals[]> {
    const rows = await this.#ask(
      "SELECT reason, count(*), coalesce(sum(length(body) + " +
        "length(routing_key::text) - 2 + coalesce(length(properties::text), 0)), 0)::bigint " +
        "FROM rejection WHERE reason <> '' GROUP BY reason ORDER BY count(*) DESC, reason",
    );
    return rows.map(([reason, rejections, bytes]) => ({
      reason: reason as RejectionReason,
      rejections: rejections as number,
      bytes: bytes as number,
    }));
  }

  rejections(): AsyncIterable<readonly StoredRejection[]> {
    return readRejections((statement, after) => this.#ask(statement, after));
  }

  async idTotals(): Promise<IdTotals> {
    const [row] = await this.#ask(
      "SELECT (SELECT count(*) FROM seen_uuid), count(*), " +
        "coalesce(sum(length(id)), 0)::bigint FROM seen_text",
    );
    const [uuids, texts, textBytes] = row as readonly [number, number, number];
    return { uuids, texts, textBytes };
  }

  async *ids(): AsyncGenerator<StoredIds, void, void> {
    const [nil] = await this.#ask(
      "SELECT uuid_send(id) FROM seen_uuid WHERE id = $1",
      NIL,
    );
    const ofUuids = (uuids: Uint8Array) => ({
      place: "table seen_uuid",
      uuids,
      texts: [],
    });
    if (nil !== undefined) yield ofUuids(nil[0] as Uint8Array);
    for (let last = NIL;;) {
      const [row] = await this.#ask(READ_UUIDS, last);
      const uuids = row![0] as Uint8Array | null;
      if (uuids === null) break;
      last = packedUuid(uuids.subarray(-UUID_BYTES)).toString();
      yield ofUuids(uuids);
    }
    // No id is empty, so every one sorts after no bytes at all.
    for (let last = Buffer.alloc(0);;) {
      const rows = await this.#ask(READ_TEXTS, last);
      if (rows.length === 0) return;
      last = Buffer.from(rows.at(-1)![0] as Uint8Array);
      yield {
        place: "table seen_text",
        uuids: new Uint8Array(),
        texts: rows.map(([id]) => textOfBytes(id as Uint8Array)),
      };
    }
  }

  async forgotten(): Promise<number> {
    const [row] = await this.#ask("SELECT forgotten FROM ledger");
    return row![0] as number;
  }

  /** Its checkpoints have left no more than their ids. */
  async *checkpoints(): AsyncGenerator<never, void, void> {}

  async positions(): Promise<ReadonlyMap<string, Position>> {
    return positionsOf(await this.#ask(READ_POSITIONS));
  }

  async files(): Promise<FileNote[]> {
    const rows = await this.#ask(
      "SELECT folder, name, shows, size, modified, digest FROM file " +
        "ORDER BY name, folder::text, id",
    );
    return rows.map(fileNoteOf);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#folded(
    type: string,
  ): AsyncGenerator<readonly UserCount[], void, void> {
    // No user is empty, so every one sorts after no bytes at all.
    for (let last = Buffer.alloc(0);;) {
      const rows = await this.#ask(READ_PAGE, type, last);
      if (rows.length === 0) return;
      last = Buffer.from(rows.at(-1)![0] as Uint8Array);
      yield rows.map(userCountOf);
    }
  }

  async #readLog(): Promise<void> {
    for (let last = 0;;) {
      const rows = await this.#ask(READ_LOG, last);
      if (rows.length === 0) return;
      last = rows.at(-1)![0] as number;
      for (const [, counts] of rows) addLog(this.#unfolded, counts as string);
    }
  }

  /** Nothing is asked again: after a loss, it would be of another moment. */
  async #ask(
    statement: Statement | string,
    ...parameters: Parameter[]
  ): Promise<readonly (readonly Value[])[]> {
    try {
      return (await this.#session.ask(statement, ...parameters)).rows;
    } catch (error) {
      if (!isPassing(error)) {
        throw lastingFailure(error, this.#settings.address);
      }
      throw new EventCounterError(
        EXIT.brokerUnreachable,
        `Cannot read ledger "${this.name}" to the end: ${
          wordsOf(error)
        }; check that it runs and is reachable, and try again`,
        { cause: error },
      );
    }
  }
}

/**
 * What a row of {@linkcode READ_RUNS} tells.
 *
 * @param atWork Ids of runs whose workers are connected.
 */
function runOf(
  row: readonly Value[],
  atWork: ReadonlySet<string>,
): StoredRun {
  const [id, startedAt, endedAt, stopped, unique, duplicates, rejected] = row;
  const run = {
    id: id as string,
    startedAt: startedAt as number,
    stopped: atWork.has(id as string) ? "running" : "killed",
  };
  return endedAt === null ? run : {
    ...run,
    endedAt: endedAt as number,
    stopped: stopped as string,
    unique: unique as number,
    duplicates: duplicates as number,
    rejected: rejected as number,
  };
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}
