import { assert, assertEquals } from "@std/assert";
import { startPrivateBroker } from "../../tools/broker.ts";
import { Score } from "./score.ts";
import { Choices, chooseSeed } from "./seed.ts";
import { streamRound } from "./stream_round.ts";

Deno.test("a stream in three partitions, the program and the broker killed in mid-drain: totals exact, and the same when counted anew", async () => {
  const choices = new Choices(chooseSeed(), "stream");
  console.log(choices.repeat);
  await using broker = await startPrivateBroker();
  const score = new Score();
  await streamRound({ broker, size: 2_000, faults: 4 }, choices, score);
  assert(score.isClean, score.summary);
  assertEquals(score.done["broker restarts under streams"], 1);
});
