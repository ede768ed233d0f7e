import { assert, assertEquals } from "@std/assert";
import { jsonFiles } from "../support/broker_place.ts";
import { countsOfFiles } from "./comparison.ts";
import { assertFine, assertRefused, Drain, endOf, GRACE } from "./drain.ts";

const IDLE = 1_000;

Deno.test("two workers on one queue, each with a ledger: together they count each event once", async () => {
  // Each would count for itself what the other has counted too.
  await using drain = await Drain.named("two ledgers", {
    duplicates: 0,
    publish: false,
  });
  const { place, stream } = drain;
  const outs = ["one", "two"].map((name) => `${place.folder}/${name}`);
  const workers = outs.map((out) =>
    drain.start({ out, args: ["--idle", `${IDLE}ms`] })
  );
  await drain.untilConsumers(2);
  await place.publish(stream.messages);

  let unique = 0, rejected = 0;
  const sums = new Map<string, number>();
  for (const [i, worker] of workers.entries()) {
    const summary = assertFine(await endOf(worker, IDLE + GRACE));
    assert(summary.unique > 0, "each had a part of the work");
    unique += summary.unique;
    rejected += summary.rejected;
    for (const [user, count] of countsOfFiles(await jsonFiles(outs[i]!))) {
      sums.set(user, (sums.get(user) ?? 0) + count);
    }
  }
  assertEquals([unique, rejected], [stream.unique, stream.rejected.length]);
  assertEquals([...sums].sort(), [...countsOfFiles(stream.files)].sort());
  assertEquals((await drain.queue()).ready, 0);
});

Deno.test("two workers with the same ledger: the second is refused with 75, the first counts all", async () => {
  await using drain = await Drain.named("one ledger", { publish: false });
  const first = drain.start({ args: ["--idle", "0"] });
  await drain.untilConsumers(1);
  assertRefused(await drain.run(), 75);
  await drain.place.publish(drain.stream.messages);
  await drain.untilCheckpoints();
  assertRefused(await drain.run(), 75);
  first.process.kill("SIGTERM");
  assertFine(await endOf(first));
  await drain.settle();
});

Deno.test("clock set back by an hour in mid-drain: the run ends after its idle time, totals exact", async () => {
  await using drain = await Drain.named("clock");
  const ended = await drain.run({
    args: ["--idle", `${IDLE}ms`],
    entry: "tests/fault/backwards_clock_program.ts",
  }, IDLE + GRACE);
  const { stopped, durationMs } = assertFine(ended);
  assertEquals(stopped, "idle");
  assert(durationMs >= IDLE, `it took ${durationMs} ms`);
  await drain.settleRest();
  // The next run starts before the last one ended, as its clock says.
  await drain.settle();
});
