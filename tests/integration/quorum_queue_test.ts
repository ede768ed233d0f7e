import { assertEquals, assertMatch } from "@std/assert";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { event } from "../support/messages.ts";
import { runProgram } from "../support/program.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";

/** A place whose queue is a quorum queue that the program declared. */
async function quorumPlace(): Promise<Place> {
  const place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  const { code, stderr } = await runProgram([
    ...place.countArguments(`${place.folder}/first`),
    ...["--declare", "--queue-type", "quorum", "--idle", "200ms"],
  ]);
  assertEquals(code, 0, stderr);
  return place;
}

/** Lets every message come back to the queue once. */
async function returnAll(place: Place, size: number): Promise<void> {
  const { channel, queue } = place;
  await until(
    "every message is ready",
    async () => await place.ready() === size,
  );
  for (let i = 0; i < size; i++) await channel.get(queue, { noAck: false });
  channel.nackAll(true);
}

Deno.test("a quorum queue is declared, drained and counted exactly", async () => {
  await using place = await quorumPlace();
  await place.channel.assertQueue(place.queue, {
    arguments: { "x-queue-type": "quorum" },
  });
  const stream = makeStream({ seed: 5, size: 2_000 });
  await place.publish(stream.messages);
  const { stdout } = await place.count("--until-empty");
  assertEquals(JSON.parse(stdout).unique, stream.unique);
  assertEquals(await jsonFiles(place.out), stream.files);
});

Deno.test("messages near the broker's delivery limit: a warning, then quarantine before they are dropped", async () => {
  await using place = await quorumPlace();
  const [one, two, three] = ["1", "2", "3"]
    .map((id) => event("ann", "created", id));
  const { out } = place;
  const count = () => place.count("--delivery-limit", "4", "--until-empty");

  await place.publish([one!, two!]);
  await returnAll(place, 2);
  await returnAll(place, 2);
  // Back twice of at most four times: counted, with a warning.
  const warned = await count();
  assertEquals(JSON.parse(warned.stdout).unique, 2, warned.stderr);
  assertMatch(warned.stderr, /WARN +messages have come back 2 times/);

  await place.publish([three!, one!]);
  for (let i = 0; i < 3; i++) await returnAll(place, 2);
  // Back three times of at most four: what is new is rejected, what is known
  // is a duplicate as ever.
  const rejected = JSON.parse((await count()).stdout);
  assertEquals(
    [rejected.unique, rejected.duplicates, rejected.rejected],
    [0, 1, 1],
  );
  const line = JSON.parse(await Deno.readTextFile(`${out}/rejected.ndjson`));
  assertEquals([line.reason, line.body], ["delivery_limit", '{"id":"3"}']);
  assertEquals(await place.ready(), 0);

  // It is not lost: read back, it is counted.
  const again = await runProgram([
    ...["--input", `${out}/rejected.ndjson`, "--out", out, "--format", "json"],
  ]);
  assertEquals(JSON.parse(again.stdout).unique, 1, again.stderr);
});
