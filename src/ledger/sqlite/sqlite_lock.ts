import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { basename, dirname, join } from "node:path";
import { messageOf } from "../../model/errors.ts";

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
  const lock = new DatabaseSync(lockPathOf(path), { timeout: TIMEOUT });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Whether a worker has a ledger right now. Makes no lock, and takes none that
 * would keep a worker out.
 *
 * @throws SQLite's own errors.
 */
export function isLedgerLocked(path: string): boolean {
  const lockPath = lockPathOf(path);
  if (!existsSync(lockPath)) return false;
  const lock = new DatabaseSync(lockPath, { readOnly: true });
  try {
    // Deno 2.9 does not heed the option `timeout` of one that is read only.
    lock.exec("PRAGMA busy_timeout = 0");
    lock.prepare("SELECT * FROM sqlite_schema").all();
    return false;
  } catch (error) {
    if (/database is locked/.test(messageOf(error))) return true;
    throw error;
  } finally {
    lock.close();
  }
}

function lockPathOf(path: string): string {
  return `${realPath(path)}-lock`;
}

/** One path for one file, also where a link leads to it. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return join(Deno.realPathSync(dirname(path)), basename(path));
  }
}
