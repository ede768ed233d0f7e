import { assert, assertEquals } from "@std/assert";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";

/** The same for a file of expected totals as for one that was counted. */
const bySortedName = (files: ReadonlyMap<string, string>) => [...files].sort();

const SIZE = 20_000;

for (const ledger of ["sqlite", "memory"]) {
  const into = ledger === "memory" ? ["--ledger", "memory:"] : [];

  Deno.test(`${ledger}: 20,000 events that another client published are counted exactly, once`, async () => {
    await using place = await Place.make();
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const stream = makeStream({
      seed,
      size: SIZE,
      users: 50,
      duplicates: 0.2,
      invalid: 0.02,
    });
    const out = `${place.folder}/out`;
    const count = () =>
      runProgram([...place.countArguments(out), ...into, "--idle", "1s"]);

    await place.publish(stream.messages);
    const first = await count();
    assertEquals(first.complaints, []);
    const { types: _, durationMs: __, files: ___, ...summary } = JSON.parse(
      first.stdout,
    );
    assertEquals(summary, {
      received: SIZE,
      unique: stream.unique,
      duplicates: stream.duplicates,
      redelivered: 0,
      rejected: stream.rejected.length,
      stopped: "idle",
    });
    assertEquals(
      bySortedName(await jsonFiles(out)),
      bySortedName(stream.files),
    );
    assertEquals(await rejectedLines(out), stream.rejected);
    assertEquals(await place.ready(), 0);

    // The same messages again. A ledger knows their ids, and one that keeps
    // nothing comes to the same counts anew.
    await place.publish(stream.messages);
    const second = JSON.parse((await count()).stdout);
    assertEquals(second.unique, ledger === "sqlite" ? 0 : stream.unique);
    assertEquals(
      bySortedName(await jsonFiles(out)),
      bySortedName(stream.files),
    );
    assertEquals(await place.ready(), 0);

    // Nothing at all.
    const before = await modified(out);
    const third = await count();
    assertEquals(third.code, 0);
    assertEquals(JSON.parse(third.stdout).received, 0);
    assertEquals(JSON.parse(third.stdout).stopped, "idle");
    assertEquals(await modified(out), before);
  });

  Deno.test(`${ledger}: 20,000 events that publish made are counted as it expects`, async () => {
    await using place = await Place.make();
    const expected = `${place.folder}/expected`;
    const published = await runProgram([
      ...["publish", "--amqp-url", place.url, "--exchange", place.exchange],
      ...["--queue", place.queue, "--size", `${SIZE}`, "--users", "50"],
      ...["--duplicates", "0.2", "--invalid", "0.02", "--expect", expected],
      ...["--format", "json"],
    ]);
    assertEquals(published.complaints, []);
    const { new: unique, duplicates, invalid } = JSON.parse(published.stdout);
    assertEquals([unique, duplicates, invalid], [15_600, 4_000, 400]);

    const out = `${place.folder}/out`;
    const counted = await runProgram([
      ...place.countArguments(out),
      ...into,
      "--until-empty",
    ]);
    const summary = JSON.parse(counted.stdout);
    assertEquals(
      [summary.unique, summary.duplicates, summary.rejected, summary.stopped],
      [unique, duplicates, invalid, "empty"],
    );
    assertEquals(
      bySortedName(await jsonFiles(out)),
      bySortedName(await jsonFiles(expected)),
    );
    assertEquals((await rejectedLines(out)).length, invalid);
  });
}

Deno.test("memory: more than the prefetch is taken although nothing is acked till the end", async () => {
  await using place = await Place.make();
  const stream = makeStream({
    seed: 1,
    size: 1_000,
    users: 5,
    duplicates: 0,
    invalid: 0,
  });
  await place.publish(stream.messages);
  const counted = await runProgram([
    ...place.countArguments(),
    ...["--ledger", "memory:", "--prefetch", "100", "--checkpoint-size", "50"],
    ...["--idle", "1s"],
  ]);
  assertEquals(JSON.parse(counted.stdout).unique, 1_000);
  assertEquals(await place.ready(), 0);
});

Deno.test("a message that comes within the idle time is still counted", async () => {
  await using place = await Place.make();
  const running = startProgram([...place.countArguments(), "--idle", "3s"]);
  const message = {
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  };
  await until(
    "the program consumes",
    async () =>
      (await place.channel.checkQueue(place.queue)).consumerCount === 1,
  );
  await place.publish([message]);
  const { stdout } = await running.ended;
  const summary = JSON.parse(stdout);
  assertEquals(summary.unique, 1);
  assert(summary.durationMs >= 3_000, "the idle time starts with the message");
});

/** When each file but the ledger was last written. */
async function modified(folder: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.db/.test(name)) continue;
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    times.set(name, mtime!.getTime());
  }
  return times;
}
