import type { Counts } from "../model/counts.ts";

/** Adds counts to sums. */
export function addCounts(
  to: Map<string, Map<string, number>>,
  counts: Counts,
): void {
  for (const [type, users] of counts) {
    let sums = to.get(type);
    if (sums === undefined) to.set(type, sums = new Map());
    for (const [user, count] of users) {
      sums.set(user, (sums.get(user) ?? 0) + count);
    }
  }
}

/** How many users there are, once for each of their types. */
export function sizeOf(counts: Counts): number {
  let size = 0;
  for (const users of counts.values()) size += users.size;
  return size;
}

/** Counts as the log keeps them, see the schema: arrays, not objects, so that
 * no name is special. */
export function writeCounts(counts: Counts): string {
  return JSON.stringify(
    [...counts].map(([type, users]) => [type, [...users].flat()]),
  );
}

/** The reverse of {@linkcode writeCounts}. */
export function readCounts(json: string): Counts {
  const perType: [string, (string | number)[]][] = JSON.parse(json);
  return new Map(perType.map(([type, flat]) => {
    const users = new Map<string, number>();
    for (let i = 0; i < flat.length; i += 2) {
      users.set(flat[i] as string, flat[i + 1] as number);
    }
    return [type, users];
  }));
}
