import { SeenIds } from "../../src/ledger/seen/seen_ids.ts";
import { Uuid } from "../../src/mod.ts";
import { heading, type Report, rounded } from "./report.ts";

/** Ids added per look; their number falls between two sizes of the tables. */
const STEP = 500_000;

/**
 * Resident memory per seen UUID beyond the start, at its worst over a growing
 * set: right after tables have grown they are at their emptiest.
 */
export function benchMemory(
  report: Report,
  { size }: { size: number },
): void {
  heading(
    "Memory of seen ids",
    `up to ${rounded(size)} UUIDs, resident bytes beyond the start`,
  );
  const seen = new SeenIds();
  const start = Deno.memoryUsage().rss;
  let worst = 0, last = 0;
  for (let count = STEP; count <= size; count += STEP) {
    addRandom(seen, STEP);
    last = (Deno.memoryUsage().rss - start) / count;
    // A young process has a heap to grow into first; that is no id's share.
    if (count >= size / 2) worst = Math.max(worst, last);
  }
  if (seen.size !== Math.floor(size / STEP) * STEP) {
    throw new Error("Bench: ids were lost");
  }
  report.note(
    `A UUID that has been seen takes ${
      worst.toFixed(1)
    } resident bytes at worst, ${last.toFixed(1)} at the end, in a set of ${
      rounded(size / 2)
    } that grows to ${rounded(size)}.`,
  );
}

function addRandom(seen: SeenIds, count: number): void {
  const words = new Int32Array(4 * 4_096);
  for (let added = 0; added < count;) {
    crypto.getRandomValues(words);
    for (let i = 0; i < words.length && added < count; i += 4, added++) {
      const [a, b, c, d] = words.subarray(i, i + 4);
      seen.add(new Uuid(a!, b!, c!, d!));
    }
  }
}
