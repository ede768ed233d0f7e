import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  type Rejection,
  sizeOfRejection,
  type StoredRejection,
} from "../../model/rejection.ts";
import { sqliteFailure } from "../sqlite/sqlite_failure.ts";

/** Bytes of bodies that are kept in memory (64 MiB). */
const MEMORY_BYTES = 64 * 1024 * 1024;

/** Bytes of bodies that are read at once (8 MiB), or a single one. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** A rejection whose body may lie in the temporary file, under its number. */
type Kept = Omit<Rejection, "body"> & Partial<Pick<Rejection, "body">>;

/**
 * The rejections of one run. Bodies that would take too much memory lie in a
 * temporary file, which is gone when the process ends.
 */
export class RejectionStore {
  readonly #rejections: Kept[] = [];
  readonly #memoryBytes: number;
  #bytes = 0;
  #bodies: TemporaryBodies | undefined;

  /** @param memoryBytes Bytes of bodies to keep in memory; 64 MiB by default. */
  constructor(memoryBytes: number = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
  }

  /** Keeps one more. @throws {EventCounterError} 74 if the disk is full. */
  add(rejection: Rejection): void {
    const { body, ...rest } = rejection;
    if (this.#bytes + body.length <= this.#memoryBytes) {
      this.#bytes += body.length;
      this.#rejections.push(rejection);
      return;
    }
    try {
      this.#bodies ??= new TemporaryBodies();
      this.#bodies.add(this.#rejections.length, body);
    } catch (error) {
      throw sqliteFailure(error, "memory:");
    }
    this.#rejections.push(rest);
  }

  /** All of them in order, but for so many of the first, in pages. */
  *pages(after: number): Generator<readonly StoredRejection[]> {
    let page: StoredRejection[] = [];
    let bytes = 0;
    for (let number = after; number < this.#rejections.length; number++) {
      const kept = this.#rejections[number]!;
      const body = kept.body ?? this.#bodies!.get(number);
      const rejection = { ...kept, body, row: number + 1 };
      page.push(rejection);
      bytes += sizeOfRejection(rejection);
      if (bytes < PAGE_BYTES) continue;
      yield page;
      page = [];
      bytes = 0;
    }
    if (page.length > 0) yield page;
  }

  /** Gives the temporary file back. */
  close(): void {
    this.#bodies?.close();
    this.#bodies = undefined;
  }
}

/** Bodies by number, in a database without a name: SQLite's temporary file. */
class TemporaryBodies {
  readonly #database = new DatabaseSync("");
  readonly #add: StatementSync;
  readonly #get: StatementSync;

  constructor() {
    this.#database.exec(
      `PRAGMA journal_mode = OFF;
       CREATE TABLE body (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)`,
    );
    this.#add = this.#database.prepare("INSERT INTO body VALUES (?, ?)");
    this.#get = this.#database.prepare(
      "SELECT bytes FROM body WHERE number = ?",
    );
  }

  add(number: number, bytes: Uint8Array): void {
    this.#add.run(number, bytes);
  }

  get(number: number): Uint8Array<ArrayBuffer> {
    return this.#get.get(number)!.bytes as Uint8Array<ArrayBuffer>;
  }

  close(): void {
    this.#database.close();
  }
}
