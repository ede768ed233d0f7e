import { DatabaseSync } from "node:sqlite";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import { lockLedger } from "./sqlite_lock.ts";
import {
  APPLICATION_ID,
  SCHEMA,
  SCHEMA_VERSION,
  TABLES,
  UPGRADES,
} from "./sqlite_schema.ts";

/**
 * How long a transaction waits for another program that is writing to the
 * file, in ms: below RabbitMQ's least heartbeat timeout, since all waits.
 */
const BUSY_TIMEOUT = 4_000;

/** A ledger file that no other worker has. */
export interface LedgerFile {
  /** The connection to it. */
  readonly database: DatabaseSync;
  /** Closes it, and lets other workers have it. */
  close(): void;
}

/**
 * Opens a ledger file and locks it. A new file becomes one, one of an earlier
 * version one of this; a file of somebody else's is not written to.
 *
 * @throws {EventCounterError} 65 if it is no ledger or of a later version.
 * SQLite's own errors otherwise.
 */
export function openLedgerFile(path: string): LedgerFile {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
  try {
    // Nothing is made or written before the file is known to be ours.
    checkFile(database, path);
    const lock = lockLedger(path);
    const close = () => {
      try {
        database.close();
      } finally {
        lock.close();
      }
    };
    try {
      prepareFile(database);
    } catch (error) {
      lock.close();
      throw error;
    }
    return { database, close };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Refuses a file that is no ledger of a version that this program knows. One
 * with nothing in it may become a ledger.
 *
 * @throws {EventCounterError} 65.
 */
export function checkFile(database: DatabaseSync, path: string): void {
  if (isNew(database)) return;
  if (read(database, "application_id") !== APPLICATION_ID) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot use ledger "${path}": it is a SQLite database of another program, give another file`,
    );
  }
  const version = versionOf(database);
  if (version > SCHEMA_VERSION) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot use ledger "${path}": its version is ${version} and this program knows up to ${SCHEMA_VERSION}, use a newer eventcounter`,
    );
  }
  const there = database.prepare("SELECT name FROM sqlite_schema").all()
    .map(({ name }) => name);
  const missing = TABLES.find((table) => !there.includes(table));
  if (missing !== undefined) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot use ledger "${path}": its table ${missing} is missing, it is damaged; restore it from a copy, or give another file`,
    );
  }
}

/** The version of its schema. */
export function versionOf(database: DatabaseSync): number {
  return read(database, "user_version");
}

function prepareFile(database: DatabaseSync): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  const version = read(database, "user_version");
  if (isNew(database)) {
    change(database, `${SCHEMA}; PRAGMA application_id = ${APPLICATION_ID}`);
  } else if (version < SCHEMA_VERSION) {
    change(database, UPGRADES.slice(version - 1).join("; "));
  }
}

/** Makes a schema of this version by some statements. */
function change(database: DatabaseSync, statements: string): void {
  const version = `PRAGMA user_version = ${SCHEMA_VERSION}`;
  inTransaction(database, () => database.exec(`${statements}; ${version}`));
}

/** Whether there is nothing in it yet. */
export function isNew(database: DatabaseSync): boolean {
  return read(database, "schema_version") === 0;
}

function read(database: DatabaseSync, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get()!;
  return Object.values(row)[0] as number;
}

/** Does it in one transaction: all of it, or nothing if it throws. */
export function inTransaction(database: DatabaseSync, run: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    run();
    database.exec("COMMIT");
  } catch (error) {
    // SQLite has already rolled back by itself after some errors.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
