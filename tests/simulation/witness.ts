import {
  DatabaseSync,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import type { Disk } from "./disk.ts";
import { OUT } from "./life.ts";

/** What is durable, whatever keeps it. */
export interface Witness {
  /** Ids with how often each is in the ledger, as of the last look. */
  readonly ids: ReadonlyMap<string, number>;
  /** Rejections as of the last look: reason, key, body. */
  readonly rejections: readonly string[];
  /** Their keys and bodies. */
  readonly rejected: ReadonlySet<string>;
  /** Rejections at each {@linkcode noteDoubts}: key, body. */
  readonly doubts: readonly string[];
  /** The sums that other programs are to find. */
  readonly counts: Map<string, number>;
  /** How far a stream is counted; -1 if it is not. */
  readonly position: number;
  /** Reads what has been committed since the last look. */
  look(): void;
  /** Notes rejections whose acks are not known to have arrived. */
  noteDoubts(): void;
  close(): void;
}

/**
 * Reads a SQLite ledger on a connection of its own, which sees what is
 * committed and nothing else. While it is open, so is the database.
 */
export class LedgerWitness implements Witness {
  readonly ids = new Map<string, number>();
  readonly rejections: string[] = [];
  readonly rejected = new Set<string>();
  readonly doubts: string[] = [];
  readonly #database: DatabaseSync;
  #questions: Record<keyof typeof QUESTIONS, StatementSync> | undefined;
  #lastCheckpoint = 0;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
  }

  close(): void {
    this.#database.close();
  }

  look(): void {
    this.#askIfPossible();
    for (const row of this.#ask("checkpoints", this.#lastCheckpoint)) {
      this.#lastCheckpoint = Number(row.id);
      const canonical = String(row.uuids).toLowerCase()
        .replace(UUIDS, "$1-$2-$3-$4-$5 ").split(" ").slice(0, -1);
      for (const id of [...JSON.parse(String(row.texts)), ...canonical]) {
        this.ids.set(id, (this.ids.get(id) ?? 0) + 1);
      }
    }
    for (const row of this.#ask("rejections", this.rejections.length)) {
      const text = textOf(row);
      this.rejections.push(`${row.reason} ${text}`);
      this.rejected.add(text);
    }
  }

  noteDoubts(): void {
    this.doubts.push(...this.#ask("unsettled").map(textOf));
  }

  get counts(): Map<string, number> {
    return new Map(
      this.#ask("counts").map(({ name, count }) => [
        String(name),
        Number(count),
      ]),
    );
  }

  get position(): number {
    return Number(this.#ask("position")[0]?.last_offset ?? -1);
  }

  #ask(what: keyof typeof QUESTIONS, ...after: readonly number[]) {
    return this.#questions?.[what].all(...after) ?? [];
  }

  /** There are no tables before the first start has made them. */
  #askIfPossible(): void {
    if (this.#questions !== undefined) return;
    const view = this.#database
      .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'counted'").get();
    if (view === undefined) return;
    const prepare = (what: keyof typeof QUESTIONS) =>
      this.#database.prepare(QUESTIONS[what]);
    this.#questions = {
      checkpoints: prepare("checkpoints"),
      rejections: prepare("rejections"),
      unsettled: prepare("unsettled"),
      counts: prepare("counts"),
      position: prepare("position"),
    };
  }
}

const QUESTIONS = {
  checkpoints: "SELECT id, texts, hex(uuids) AS uuids FROM checkpoint " +
    "WHERE id > ?",
  rejections: "SELECT reason, routing_key ->> '$' AS key, body " +
    "FROM rejection ORDER BY id LIMIT -1 OFFSET ?",
  unsettled: "SELECT routing_key ->> '$' AS key, body " +
    "FROM rejection JOIN checkpoint ON checkpoint.id = checkpoint " +
    "WHERE settled = 0",
  counts: "SELECT type || ' ' || user AS name, count FROM counted",
  position: "SELECT last_offset FROM position",
} as const;

const utf8 = new TextDecoder();

function textOf({ key, body }: Record<string, SQLOutputValue>): string {
  return `${key} ${utf8.decode(body as Uint8Array)}`;
}

const UUIDS = /(.{8})(.{4})(.{4})(.{4})(.{12})/g;

/** What the output files say: sums by `type user`, and lines as above. */
export interface Files {
  readonly counts: ReadonlyMap<string, number>;
  readonly rejections: readonly string[];
}

/** Reads the output files. @throws If one is not whole. */
export function readFiles(disk: Disk): Files {
  const counts = new Map<string, number>();
  for (const type of ["created", "updated", "deleted"]) {
    const text = disk.text(`${OUT}/${type}.json`) ?? "{}";
    for (const [user, count] of Object.entries(JSON.parse(text))) {
      counts.set(`${type} ${user}`, Number(count));
    }
  }
  const lines = (disk.text(`${OUT}/rejected.ndjson`) ?? "").split("\n");
  const rejections = lines.slice(0, -1).map((line) => {
    const { reason, routingKey, body } = JSON.parse(line);
    return `${reason} ${routingKey} ${body}`;
  });
  return { counts, rejections };
}
