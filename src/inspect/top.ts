import type { Row } from "./listing.ts";

/** Rows gathered before the lesser ones are dropped, besides twice the most. */
const ROOM = 1000;

/**
 * The rows with the most in a column, the most first; of equal ones those that
 * came first. So many, and as many again, are in memory at a time.
 */
export async function* top(
  pages: AsyncIterable<readonly Row[]>,
  most: number,
  column: string,
): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  const best = () =>
    rows.sort((left, right) =>
      (right[column] as number) - (left[column] as number)
    ).slice(0, most);
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length > 2 * most + ROOM) rows = best();
  }
  yield best();
}
