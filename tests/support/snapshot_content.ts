import { MemoryFileNotes } from "../../src/ledger/memory/memory_file_notes.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { FileNotes } from "../../src/model/file_note.ts";
import type { Rejection } from "../../src/model/rejection.ts";
import type { SnapshotContent } from "../../src/output/snapshot_content.ts";

/**
 * A ledger's content, two users or rejections a page.
 *
 * @param files What it knows of files. Default: a new ledger's nothing.
 */
export function content(
  counts: readonly [type: string, users: readonly UserCount[]][],
  rejections: readonly Rejection[] = [],
  files: FileNotes = new MemoryFileNotes(),
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
    rejections: (after) => pages(rejections.slice(after)),
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
