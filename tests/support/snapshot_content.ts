import { MemoryFileNotes } from "../../src/ledger/memory/memory_file_notes.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { FileNotes } from "../../src/model/file_note.ts";
import type { Rejection } from "../../src/model/rejection.ts";
import { Snapshot, type SnapshotResult } from "../../src/output/snapshot.ts";
import type { SnapshotContent } from "../../src/output/snapshot_content.ts";

/** What a ledger counted, type after type. */
export type Counts = [type: string, users: readonly UserCount[]][];

/** An output folder, and a ledger that knows what was written there from it. */
export class OutputFolder {
  readonly #snapshot: Snapshot;

  /** @param notes What the ledger knows of files. Default: nothing. */
  constructor(readonly path: string, readonly notes = new MemoryFileNotes()) {
    this.#snapshot = new Snapshot(path, ["created", "updated", "deleted"]);
  }

  prepare(): Promise<void> {
    return this.#snapshot.prepare();
  }

  /** Writes what the ledger is to hold now. */
  write(
    counts: Counts = [],
    rejections: readonly Rejection[] = [],
  ): Promise<SnapshotResult> {
    return this.#snapshot.write(content(counts, rejections, this.notes));
  }

  /** Puts a file there that is not the ledger's. */
  put(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  /** The texts of the files by name. */
  get files(): Record<string, string> {
    return filesIn(this.path);
  }
}

/** A ledger's content, two users or rejections a page. */
function content(
  counts: Counts,
  rejections: readonly Rejection[],
  files: FileNotes,
): SnapshotContent {
  const byType = new Map(counts);
  const usersOf = (type: string) => byType.get(type) ?? [];
  return {
    types: () => Promise.resolve([...byType.keys()]),
    totals: (type) =>
      Promise.resolve({
        events: usersOf(type).reduce((sum, [, count]) => sum + count, 0),
        users: usersOf(type).length,
      }),
    counts: (type) => pages(usersOf(type)),
    rejections: (after) =>
      pages(
        rejections.map((each, i) => ({ ...each, row: i + 1 })).slice(after),
      ),
    files,
  };
}

async function* pages<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let i = 0; i < items.length; i += 2) {
    yield await Promise.resolve(items.slice(i, i + 2));
  }
}

/** The files of a folder with their texts, by name. */
export function filesIn(place: string): Record<string, string> {
  const names = [...Deno.readDirSync(place)].map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => [name, Deno.readTextFileSync(`${place}/${name}`)]),
  );
}
