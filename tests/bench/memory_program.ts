/**
 * Adds so many UUIDs as its argument says to a set of seen ids, and prints what
 * they took: a process of its own, since the memory that another one has freed
 * would be taken first.
 */
import { SeenIds } from "../../src/ledger/seen/seen_ids.ts";
import { Uuid } from "../../src/mod.ts";
import type { MemoryTaken } from "./memory_bench.ts";

/** Ids added per look; their number falls between two sizes of the tables. */
const STEP = 500_000;

const size = Number(Deno.args[0]);
const seen = new SeenIds();
const start = Deno.memoryUsage().rss;
let worst = 0, last = 0;
for (let count = STEP; count <= size; count += STEP) {
  addRandom(STEP);
  last = (Deno.memoryUsage().rss - start) / count;
  // A young process has a heap to grow into first; that is no id's share.
  if (count >= size / 2) worst = Math.max(worst, last);
}
if (seen.size !== Math.floor(size / STEP) * STEP) {
  throw new Error("Bench: ids were lost");
}
const taken: MemoryTaken = { worst, last };
console.log(JSON.stringify(taken));

function addRandom(count: number): void {
  const words = new Int32Array(4 * 4_096);
  for (let added = 0; added < count;) {
    crypto.getRandomValues(words);
    for (let i = 0; i < words.length && added < count; i += 4, added++) {
      const [a, b, c, d] = words.subarray(i, i + 4);
      seen.add(new Uuid(a!, b!, c!, d!));
    }
  }
}
