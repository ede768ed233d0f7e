import { Buffer } from "node:buffer";
import type {
  Counts,
  TypeTotals,
  UserCount,
  UserTotal,
} from "../../model/counts.ts";
import { addCounts, readCounts } from "../counts.ts";
import {
  packArray,
  packNumbers,
  packTexts,
  TYPE,
  type Value,
} from "./values.ts";
import type { Connection } from "./connection.ts";
import { lockKey } from "./schema.ts";
import type { Session } from "./session.ts";

/** Rows of counts that are added to the totals in one transaction. */
const FOLD = 64;

/** Rows handed out at once when totals are read. */
const PAGE = 1000;

const LOCK = `SELECT pg_advisory_xact_lock(${lockKey("fold")})`;
const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(${lockKey("fold")})`;

const TAKE_COUNTS = {
  name: "take_counts",
  text: "DELETE FROM uncounted WHERE id IN " +
    `(SELECT id FROM uncounted ORDER BY id LIMIT ${FOLD}) RETURNING counts`,
};

const ADD_COUNTS = {
  name: "add_counts",
  text: "INSERT INTO total (type, user_id, count) " +
    "SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[]) " +
    "ON CONFLICT (type, user_id) DO UPDATE SET count = total.count + excluded.count",
};

/** One step in the index for each type, not one for each of its users. */
export const READ_TYPES =
  "WITH RECURSIVE known (type) AS (SELECT min(type) FROM total UNION ALL " +
  "SELECT (SELECT min(type) FROM total WHERE type > known.type) " +
  "FROM known WHERE type IS NOT NULL) " +
  "SELECT type FROM known WHERE type IS NOT NULL";

/** Everything that is read from then on is of one moment. */
export const BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Takes a type, and the user before. */
export const READ_PAGE = {
  name: "read_totals",
  text: "SELECT user_id, count FROM total WHERE type = $1 AND user_id > $2 " +
    `ORDER BY user_id LIMIT ${PAGE}`,
};

/**
 * The totals of a ledger. Checkpoints only append their counts; whoever needs
 * the totals adds those up first, one worker at a time.
 */
export class Totals {
  readonly #connection: Connection;
  readonly #connect: () => Connection;

  /**
   * @param connection One on which no transaction stays open.
   * @param connect Makes another.
   */
  constructor(connection: Connection, connect: () => Connection) {
    this.#connection = connection;
    this.#connect = connect;
  }

  /** Adds up what has gathered, in the background, unless somebody does. */
  foldSoon(): void {
    // Whoever needs the totals will meet the same trouble, and tell.
    this.#fold(TRY_LOCK).catch(() => {});
  }

  /** Every type with a count. */
  async types(): Promise<string[]> {
    await this.#fold();
    const { rows } = await this.#connection.run((session) =>
      session.ask(READ_TYPES)
    );
    return rows.map(([type]) => type as string);
  }

  /** What the counts of one type add up to. */
  async of(type: string): Promise<TypeTotals> {
    await this.#fold();
    const { rows: [sums] } = await this.#connection.run((session) =>
      session.ask(
        "SELECT coalesce(sum(count), 0)::bigint, count(*) FROM total WHERE type = $1",
        type,
      )
    );
    const [events, users] = sums as [number, number];
    return { events, users };
  }

  /** See `Ledger.busiest`. */
  async busiest(most: number): Promise<UserTotal[]> {
    await this.#fold();
    const { rows } = await this.#connection.run((session) =>
      session.ask(
        "SELECT user_id, sum(count)::bigint AS events FROM total " +
          "GROUP BY user_id ORDER BY events DESC, user_id LIMIT $1",
        most,
      )
    );
    return rows.map((row) => {
      const [user, events] = userCountOf(row);
      return { user, events };
    });
  }

  /**
   * The totals of one type, ordered by code point of the user, in pages. All of
   * them are of one moment, unless the connection is lost in between.
   */
  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    await this.#fold();
    const connection = this.#connect();
    let reading: Session | undefined;
    // No user is empty, so every one sorts after no bytes at all.
    let last = Buffer.alloc(0);
    try {
      for (;;) {
        const { rows } = await connection.run(async (session) => {
          if (reading !== session) await session.ask(BEGIN_READING);
          reading = session;
          return await session.ask(READ_PAGE, type, last);
        });
        if (rows.length === 0) return;
        last = Buffer.from(rows.at(-1)![0] as Uint8Array);
        yield rows.map(userCountOf);
      }
    } finally {
      await connection.close();
    }
  }

  async #fold(lock = LOCK): Promise<void> {
    await this.#connection.run(async (session) => {
      while (await foldSome(session, lock));
    });
  }
}

/** What a row tells: user_id, count. */
export function userCountOf([user, count]: readonly Value[]): UserCount {
  return [utf8.decode(user as Uint8Array), count as number];
}

/** @returns Whether there may be more. */
async function foldSome(session: Session, lock: string): Promise<boolean> {
  await session.ask("BEGIN");
  const { rows: [locked] } = await session.ask(lock);
  const { rows } = locked![0] === false
    ? { rows: [] }
    : await session.ask(TAKE_COUNTS);
  const sums = new Map<string, Map<string, number>>();
  for (const [counts] of rows) addCounts(sums, readCounts(counts as string));
  if (sums.size > 0) await session.ask(ADD_COUNTS, ...columnsOf(sums));
  await session.ask("COMMIT");
  return rows.length === FOLD;
}

/** A row for each type and user, as an array for each column. */
function columnsOf(counts: Counts): Buffer[] {
  const rows = [...counts].flatMap(([type, users]) =>
    [...users].map(([user, count]) => ({ type, user, count }))
  );
  return [
    packTexts(rows.map(({ type }) => type)),
    packArray(TYPE.bytes, rows.map(({ user }) => utf8Bytes.encode(user))),
    packNumbers(rows.map(({ count }) => count)),
  ];
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const utf8Bytes = new TextEncoder();
