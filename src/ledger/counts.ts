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

/**
 * Adds counts as the log keeps them, of users as the totals have them: in UTF-8,
 * which has no unpaired surrogates.
 *
 * @throws If one is damaged.
 */
export function addLog(
  to: Map<string, Map<string, number>>,
  json: string,
): void {
  for (const [type, users] of readCounts(json)) {
    for (const [user, count] of users) {
      const one = new Map([[user.toWellFormed(), count]]);
      addCounts(to, new Map([[type, one]]));
    }
  }
}

/** How many users there are, once for each of their types. */
export function sizeOf(counts: Counts): number {
  let size = 0;
  for (const users of counts.values()) size += users.size;
  return size;
}

/** What counts add up to. */
export function sumOf(counts: Counts): number {
  let sum = 0;
  for (const users of counts.values()) {
    for (const count of users.values()) sum += count;
  }
  return sum;
}

/** Counts as the log keeps them, see the schema: arrays, not objects, so that
 * no name is special. */
export function writeCounts(counts: Counts): string {
  return JSON.stringify(
    [...counts].map(([type, users]) => [type, [...users].flat()]),
  );
}

/**
 * The reverse of {@linkcode writeCounts}.
 *
 * @throws If it is damaged.
 */
export function readCounts(json: string): Counts {
  const counts = new Map<string, Map<string, number>>();
  for (const [type, flat] of array(JSON.parse(json)).map(array)) {
    const users = new Map<string, number>();
    const values = array(flat);
    for (let i = 0; i < values.length; i += 2) {
      const user = values[i], count = values[i + 1];
      const isRight = typeof user === "string" && Number.isSafeInteger(count);
      if (!isRight) throw new Error("malformed counts");
      users.set(user, count as number);
    }
    if (typeof type !== "string") throw new Error("malformed counts");
    counts.set(type, users);
  }
  return counts;
}

function array(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("malformed counts");
  return value;
}
