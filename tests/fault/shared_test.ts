import { assert, assertEquals } from "@std/assert";
import { findOrStartBroker } from "../../tools/broker.ts";
import { PrivatePostgres } from "../../tools/postgres.ts";
import { Score } from "./score.ts";
import { Choices, chooseSeed } from "./seed.ts";
import { sharedRound } from "./shared_round.ts";

Deno.test("four workers on one queue and one PostgreSQL, workers and PostgreSQL killed and started again: totals exact", async () => {
  const choices = new Choices(chooseSeed(), "shared ledger");
  console.log(choices.repeat);
  await using broker = await findOrStartBroker();
  await using postgres = await PrivatePostgres.launch();
  const score = new Score();
  const { url } = broker;
  await sharedRound({ url, postgres, size: 6_000, faults: 6 }, choices, score);
  assert(score.isClean, score.summary);
  assertEquals(score.done["database restarts"], 2);
});
