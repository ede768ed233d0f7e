import type { DatabaseSync } from "node:sqlite";
import type { RejectionSelection } from "../ledger.ts";

/**
 * Rejections that are known again by their place, the last ones. One that is
 * removed leaves what it takes for that: its message may be delivered again.
 */
export const RECENT_REJECTIONS = 20_000;

/** All that a person could read is gone, and no reason left. */
const REMOVE =
  `UPDATE rejection SET reason = '', routing_key = '""', properties = NULL, body = x''`;

const PURGE =
  `DELETE FROM rejection WHERE reason = '' AND id <= (SELECT max(id) FROM rejection) - ${RECENT_REJECTIONS}`;

/** A file that grows at its end has to be written anew. */
const OUTDATE_FILES = "UPDATE file SET shows = -1 WHERE length(digest) = 0";

/** Removes rejections, by their rows, in the transaction that is open. */
export function releaseRejections(
  database: DatabaseSync,
  rows: readonly number[],
): void {
  if (rows.length === 0) return;
  const remove = database.prepare(`${REMOVE} WHERE id = ?`);
  const purge = database.prepare(`${PURGE} AND id = ?`);
  for (const row of rows) {
    remove.run(row);
    purge.run(row);
  }
  database.exec(OUTDATE_FILES);
}

/** Does so with all that are selected. @returns How many there were. */
export function forgetRejections(
  database: DatabaseSync,
  { reason, before }: RejectionSelection,
): number {
  const { changes } = database.prepare(
    `${REMOVE} WHERE reason <> '' AND reason = ifnull(?, reason) AND at < ifnull(?, at + 1)`,
  ).run(reason ?? null, before ?? null);
  database.exec(PURGE);
  if (changes > 0) database.exec(OUTDATE_FILES);
  return Number(changes);
}
