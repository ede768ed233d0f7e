import type { DatabaseSync } from "node:sqlite";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./sqlite_schema.ts";

/**
 * Locks the file, and makes sure that it is a ledger of this version. A new file
 * becomes one; a file of somebody else's is not written to.
 *
 * @throws {EventCounterError} 65 if it is no ledger or of a later version.
 * SQLite's own errors otherwise.
 */
export function prepareFile(database: DatabaseSync, path: string): void {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  const read = (pragma: string) =>
    Object.values(database.prepare(`PRAGMA ${pragma}`).get()!)[0] as number;
  const isNew = read("schema_version") === 0;
  // Nothing is written before the file is known to be ours.
  if (!isNew && read("application_id") !== APPLICATION_ID) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot use ledger "${path}": it is a SQLite database of another program, give another file with --ledger`,
    );
  }
  const version = read("user_version");
  if (!isNew && version > SCHEMA_VERSION) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot use ledger "${path}": its version is ${version} and this program knows up to ${SCHEMA_VERSION}, use a newer eventcounter`,
    );
  }
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (isNew) {
    database.exec(
      `BEGIN EXCLUSIVE; ${SCHEMA}
       PRAGMA application_id = ${APPLICATION_ID};
       PRAGMA user_version = ${SCHEMA_VERSION};
       COMMIT`,
    );
  } else {
    // Takes the write lock, which exclusive mode then keeps.
    database.exec("BEGIN IMMEDIATE; COMMIT");
  }
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
