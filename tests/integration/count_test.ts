import { assert, assertEquals } from "@std/assert";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { makeStream } from "../support/stream_of_events.ts";

/** More than the prefetch, though `memory:` acks nothing before the end. */
const SIZE = 20_000;

for (const ledger of ["sqlite", "memory"]) {
  const into = ledger === "memory" ? ["--ledger", "memory:"] : [];

  Deno.test(`${ledger}: 20,000 events that another client published are counted exactly, once`, async () => {
    await using place = await Place.make();
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const stream = makeStream({ seed, size: SIZE });
    const { out } = place;
    const count = () => place.count(...into, "--idle", "1s");

    await place.publish(stream.messages);
    const first = await count();
    assertEquals(first.complaints, []);
    const { types: _, durationMs: __, files: ___, ...told } = JSON.parse(
      first.stdout,
    );
    const { rejectedByReason, topUsers, rate, ...summary } = told;
    assertEquals(
      Object.values<number>(rejectedByReason).reduce((sum, one) => sum + one),
      stream.rejected.length,
    );
    assert(topUsers.length === 10 && rate > 0);
    assertEquals(summary, {
      received: SIZE,
      unique: stream.unique,
      duplicates: stream.duplicates,
      redelivered: 0,
      rejected: stream.rejected.length,
      stopped: "idle",
      left: 0,
    });
    assertEquals(await jsonFiles(out), stream.files);
    assertEquals(await rejectedLines(out), stream.rejected);
    assertEquals(await place.ready(), 0);

    // The same messages again. A ledger knows their ids, and one that keeps
    // nothing comes to the same counts anew.
    await place.publish(stream.messages);
    const second = JSON.parse((await count()).stdout);
    assertEquals(second.unique, ledger === "sqlite" ? 0 : stream.unique);
    assertEquals(await jsonFiles(out), stream.files);
    assertEquals(await place.ready(), 0);

    // Nothing at all.
    const before = await modified(out);
    const third = await count();
    assertEquals(third.code, 0);
    assertEquals(JSON.parse(third.stdout).received, 0);
    assertEquals(JSON.parse(third.stdout).stopped, "idle");
    assertEquals(await modified(out), before);
  });
}

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
