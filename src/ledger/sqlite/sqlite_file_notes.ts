import type { DatabaseSync } from "node:sqlite";
import type { FileNote, FileNotes } from "../../model/file_note.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { inTransaction } from "./sqlite_file.ts";
import { fileNoteOf } from "./sqlite_row.ts";

/** Knows the files written from a SQLite ledger, in its table `file`. */
export class SqliteFileNotes implements FileNotes {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @param path The ledger's file, for messages. */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  find(name: string): Promise<readonly FileNote[]> {
    return this.#try(() =>
      this.#database.prepare("SELECT * FROM file WHERE name = ?").all(name)
        .map(fileNoteOf)
    );
  }

  keep(notes: readonly FileNote[]): Promise<void> {
    return this.#try(() => {
      const forget = this.#database.prepare(
        "DELETE FROM file WHERE name = ? AND folder = ?",
      );
      const insert = this.#database.prepare(
        "INSERT OR REPLACE INTO file (folder, name, shows, size, modified, digest) VALUES (?, ?, ?, ?, ?, ?)",
      );
      inTransaction(this.#database, () => {
        for (const { folder, name } of notes) forget.run(name, folder);
        for (const { folder, name, shows, size, modified, digest } of notes) {
          insert.run(folder, name, shows, size, modified, digest);
        }
      });
    });
  }

  /** Runs it at once; what it throws rejects, as one of our errors. */
  #try<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(sqliteFailure(error, this.#path));
    }
  }
}
