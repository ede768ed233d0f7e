import { lockKey } from "./schema.ts";
import type { Session } from "./session.ts";

/** Pages of a table that one statement looks through: some 20,000 ids. */
const PAGES = 128;

/**
 * Forgets ids that were counted before a moment, unless another worker is at
 * it. It goes through the tables page by page, in transactions of their own, so
 * claims wait for a moment at most; PostgreSQL finds pages since version 14.
 *
 * @param moment Milliseconds since 1970.
 */
export async function forgetIds(
  session: Session,
  moment: number,
): Promise<void> {
  const key = lockKey("forget");
  const { rows: [locked] } = await session.ask(
    `SELECT pg_try_advisory_lock(${key})`,
  );
  if (locked![0] === false) return;
  for (const table of ["seen_uuid", "seen_text"]) {
    const { rows: [size] } = await session.ask(
      "SELECT pg_relation_size($1) / current_setting('block_size')::bigint",
      table,
    );
    for (let page = 0; page < (size![0] as number); page += PAGES) {
      await session.ask(
        {
          name: `forget_${table}`,
          text: `WITH gone AS (DELETE FROM ${table} WHERE ` +
            "at < to_timestamp($1::bigint / 1000.0) " +
            "AND ctid >= $2::tid AND ctid < $3::tid RETURNING true) " +
            "UPDATE ledger SET forgotten = forgotten + (SELECT count(*) FROM gone)",
        },
        moment,
        `(${page},0)`,
        `(${page + PAGES},0)`,
      );
    }
  }
  await session.ask(`SELECT pg_advisory_unlock(${key})`);
}
