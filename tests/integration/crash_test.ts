import { assert, assertEquals } from "@std/assert";
import { startPrivateBroker } from "../../tools/broker.ts";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";

/** Small checkpoints, so that a drain has many of them to be interrupted at. */
const SMALL = ["--prefetch", "200", "--checkpoint-size", "100"];

function streamOf(size: number) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  return makeStream({ seed, size, users: 50, duplicates: 0.2, invalid: 0.02 });
}

/** Waits until checkpoints have been written, by the size of SQLite's log. */
async function untilCheckpoints(out: string): Promise<void> {
  await until("checkpoints are written", async () => {
    try {
      const { size } = await Deno.stat(`${out}/eventcounter.db-wal`);
      return size > 200_000;
    } catch {
      return false;
    }
  });
}

Deno.test("broker gone for good in the middle of a drain: 69, and what was counted is on disk", async () => {
  await using broker = await startPrivateBroker();
  await using place = await Place.make(broker.url);
  const stream = streamOf(20_000);
  await place.publish(stream.messages);
  const out = `${place.folder}/out`;
  const count = [...place.countArguments(out), ...SMALL];
  const run = startProgram([...count, "--reconnect-timeout", "1s"]);
  await untilCheckpoints(out);
  await broker.kill();

  const { code, stdout, complaints } = await run.ended;
  assertEquals([code, stdout], [69, ""]);
  assertEquals(complaints.length, 1);
  assert((await jsonFiles(out)).size > 0, "the files equal the ledger");

  await broker.start();
  const rest = await runProgram([...count, "--until-empty"]);
  assertEquals(rest.code, 0, rest.stderr);
  assertEquals([...await jsonFiles(out)].sort(), [...stream.files].sort());
});

Deno.test("queue deleted in the middle of a run: 76, and what was taken is counted", async () => {
  await using place = await Place.make();
  const run = startProgram([...place.countArguments(), "--idle", "0"]);
  await place.publish([{
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  }]);
  await until("the message is taken", async () => await place.ready() === 0);
  await place.channel.deleteQueue(place.queue);
  const { code, complaints } = await run.ended;
  assertEquals(code, 76);
  assertEquals(complaints.length, 1);
  assertEquals(
    [...await jsonFiles(`${place.folder}/out`)],
    [["created.json", '{\n  "ann": 1\n}\n']],
  );
});
