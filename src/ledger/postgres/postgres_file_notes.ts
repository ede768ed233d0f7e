import { Buffer } from "node:buffer";
import type { FileNote, FileNotes } from "../../model/file_note.ts";
import type { Connection } from "./connection.ts";
import type { Value } from "./values.ts";

/**
 * Notes that are kept for a file: the last ones. Another machine may have a
 * folder of the same name, so a worker replaces only what it has noted itself;
 * what those have left that ended before is forgotten in the course of time.
 */
const KEPT = 1000;

const REPLACE = {
  name: "replace_file_notes",
  text:
    "DELETE FROM file WHERE folder::text = $1 AND name = $2 AND (worker = $3 " +
    "OR id NOT IN (SELECT id FROM file WHERE folder::text = $1 AND name = $2 " +
    `ORDER BY id DESC LIMIT ${KEPT}))`,
};

const INSERT = {
  name: "insert_file_note",
  text:
    "INSERT INTO file (folder, name, worker, shows, size, modified, digest) " +
    "VALUES ($1, $2, $3, $4, $5, $6, $7)",
};

const FIND = {
  name: "find_file_notes",
  text: "SELECT folder, name, shows, size, modified, digest FROM file " +
    "WHERE name = $1 ORDER BY id",
};

/** Knows the files that workers have written from a ledger in PostgreSQL. */
export class PostgresFileNotes implements FileNotes {
  readonly #connection: Connection;
  readonly #worker = crypto.randomUUID();

  /** @param connection One on which no transaction stays open. */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async find(name: string): Promise<readonly FileNote[]> {
    const { rows } = await this.#connection.run((session) =>
      session.ask(FIND, name)
    );
    return rows.map(fileNoteOf);
  }

  async keep(notes: readonly FileNote[]): Promise<void> {
    await this.#connection.run(async (session) => {
      const steps = [session.ask("BEGIN")];
      for (const { folder, name } of notes) {
        steps.push(
          session.ask(REPLACE, JSON.stringify(folder), name, this.#worker),
        );
      }
      for (const { folder, name, shows, size, modified, digest } of notes) {
        steps.push(session.ask(
          INSERT,
          JSON.stringify(folder),
          name,
          this.#worker,
          shows,
          size,
          modified,
          Buffer.from(digest),
        ));
      }
      await Promise.all([...steps, session.ask("COMMIT")]);
    });
  }
}

/** What a row tells: folder, name, shows, size, modified, digest. */
export function fileNoteOf(row: readonly Value[]): FileNote {
  const [folder, name, shows, size, modified, digest] = row;
  return {
    folder: JSON.parse(folder as string),
    name: name as string,
    shows: shows as number,
    size: size as number,
    modified: modified as number,
    digest: digest as Uint8Array<ArrayBuffer>,
  };
}
