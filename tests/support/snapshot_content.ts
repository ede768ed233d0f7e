import type { UserCount } from "../../src/model/counts.ts";
import type { Rejection } from "../../src/model/rejection.ts";
import type { SnapshotContent } from "../../src/output/snapshot.ts";

/** A ledger's content, two users or rejections a page. */
export function content(
  counts: readonly [type: string, users: readonly UserCount[]][],
  rejections: readonly Rejection[] = [],
): SnapshotContent {
  const byType = new Map(counts);
  return {
    types: () => Promise.resolve([...byType.keys()]),
    counts: (type) => pages(byType.get(type) ?? []),
    rejections: () => pages(rejections),
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
