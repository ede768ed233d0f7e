import { DatabaseSync } from "node:sqlite";
import { basename, dirname, join } from "node:path";

/**
 * How long to try for the lock, in ms: two processes that try at the same
 * moment can keep each other out for an instant.
 */
const TIMEOUT = 300;

/**
 * Keeps a second worker away from a ledger, and nobody else: other programs may
 * read the file while a worker writes it.
 *
 * The lock is an exclusive transaction on an empty database beside the ledger.
 * So it holds wherever SQLite's own locks do, and ends with the process,
 * however that ends. The empty file stays: whoever removed it could take the
 * lock of somebody who has just opened it.
 *
 * @param path The ledger.
 * @returns Holds the lock until it is closed.
 * @throws SQLite's "database is locked" if another process has it.
 */
export function lockLedger(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${realPath(path)}-lock`, { timeout: TIMEOUT });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** One path for one file, also where a link leads to it. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return join(Deno.realPathSync(dirname(path)), basename(path));
  }
}
