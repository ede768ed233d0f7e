import { assertEquals } from "@std/assert";
import { play } from "./history.ts";
import { makePlan } from "./plan.ts";

Deno.test("the same seed gives the same history, event by event", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { trace } = await play(makePlan(seed), true);
    assertEquals((await play(makePlan(seed), true)).trace, trace);
  }
});
