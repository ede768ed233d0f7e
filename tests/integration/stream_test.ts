/** Streams: read from a position on, and never emptied. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { askStream } from "../../src/source/stream/ask_stream.ts";
import { StreamConsumption } from "../../src/source/stream/stream_consumption.ts";
import type { AmqpAttachment } from "../../src/source/amqp/amqp_attachment.ts";
import { systemClock } from "../../src/model/clock.ts";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { event, type Message } from "../support/messages.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { countStoredIds, storedIds } from "../support/stored_ids.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const STREAM = { "x-queue-type": "stream" };

const events = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => event("ann", "created", `${from + i}`),
  );

/** Counts until all is read. @returns The summary with its exit code. */
async function count(place: Place, ...args: string[]) {
  const { code, stdout, stderr, complaints } = await place
    .count("--until-empty", ...args);
  const summary = stdout === "" ? {} : JSON.parse(stdout);
  return { code, complaints, stderr, ...summary };
}

/** Deletes the stream and makes another of its name. */
async function makeAnew(place: Place, messages: readonly Message[]) {
  await place.channel.deleteQueue(place.queue);
  await place.declare(undefined, STREAM);
  await place.publish(messages);
}

Deno.test("a stream is declared, counted exactly, read on from its position, and counted anew into a new ledger", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  await count(place, "--declare", "--queue-type", "stream");
  const stream = makeStream({ seed: 7, size: 5_000 });
  const half = stream.messages.length / 2;
  await place.publish(stream.messages.slice(0, half));
  const first = await count(place);
  assertEquals([first.code, first.received], [0, half], first.stderr);
  await place.publish(stream.messages.slice(half));
  const small = ["--prefetch", "50", "--checkpoint-size", "50"];
  const second = await count(place, ...small);
  assertEquals([second.received, second.redelivered], [half, 0]);
  assertEquals((await count(place)).received, 0);

  for (const ledger of ["sqlite:", "memory:"]) {
    const again = `${place.folder}/${ledger}`;
    const { stdout } = await runProgram([
      ...place.countArguments(again),
      ...["--ledger", ledger === "memory:" ? ledger : `sqlite:${again}.db`],
      ...["--prefetch", "200", "--checkpoint-size", "200", "--idle", "1s"],
    ]);
    assertEquals(JSON.parse(stdout).unique, stream.unique);
    for (const out of [place.out, again]) {
      assertEquals(await jsonFiles(out), stream.files);
      assertEquals(await rejectedLines(out), stream.rejected);
    }
  }
});

Deno.test("a stream is empty behind its last message, and not before it", async () => {
  await using place = await Place.make(undefined, STREAM);
  const { connection, queue } = place;
  const options = { queue, prefetch: 1, clock: systemClock };
  let last = 0;
  await until("two messages share the last block", async () => {
    await place.publish(events(0, 100));
    const end = await askStream(connection, queue, "last", {
      clock: systemClock,
      patience: 1_000,
    });
    last = end!.last;
    return end!.first < last;
  });
  const isEmptyBehind = (offset: number) =>
    new StreamConsumption(options, { offset, fingerprint: new Uint8Array() })
      .isEmpty({ connection } as AmqpAttachment);
  assertEquals(await isEmptyBehind(last - 1), false);
  assertEquals(await isEmptyBehind(last), true);
});

Deno.test("--from begins at an offset, at a time or behind the end, and is refused for other queues", async () => {
  await using place = await Place.make(undefined, STREAM);
  await place.publish(events(0, 100));
  const from = async (start: string) => {
    const { code, received, stderr } = await count(
      place,
      ...["--from", start, "--ledger", "memory:"],
    );
    assertEquals(code, 0, stderr);
    return received;
  };
  assertEquals(await from("first"), 100);
  assertEquals(await from("97"), 3);
  assertEquals(await from("next"), 0);
  assertEquals(await from("2020-01-01T00:00:00+02:00"), 100);
  assertEquals(await from("2100-01-01"), 0);

  await place.channel.deleteQueue(place.queue);
  await place.declare();
  const { code, complaints } = await count(place, "--from", "first");
  assertEquals([code, complaints.length], [2, 1]);
  assertMatch(complaints[0], /"--from" is for streams, .* type classic/);
});

Deno.test("a connection that is lost: reading goes on behind what was taken, in the same run", async () => {
  await using place = await Place.make(undefined, STREAM);
  await using proxy = await TcpProxy.start(place.url);
  await place.publish(events(0, 3_000));
  const cut = proxy.planAt("deliver", 1_500, "cut");
  const { code, stdout, complaints, stderr } = await runProgram([
    ...place.countArguments(undefined, proxy.url()),
    ...["--until-empty", "--checkpoint-size", "400", "--prefetch", "400"],
  ]);
  await cut;
  assertEquals([code, complaints], [0, []], stderr);
  const { received, unique } = JSON.parse(stdout);
  assertEquals([received, unique], [3_000, 3_000]);
  assertMatch(stderr, /lost the broker/);
});

Deno.test("what retention has taken: 65 with the gap, until --from says to go on", async () => {
  await using place = await Place.make(undefined, {
    ...STREAM,
    "x-max-length-bytes": 100_000,
    "x-stream-max-segment-size-bytes": 20_000,
  });
  await place.publish(events(0, 10));
  assertEquals((await count(place)).unique, 10);
  for (let at = 10; at < 5_010; at += 500) {
    await place.publish(events(at, at + 500));
  }
  const refused = await count(place);
  assertEquals([refused.code, refused.complaints.length], [65, 1]);
  assertMatch(
    refused.complaints[0],
    /up to offset 9, and offsets 10 to \d+ are gone from it .*--from/,
  );

  const { code, unique, stderr } = await count(place, "--from", "first");
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /WARN .*offsets 10 to/);
  // All that is there: the messages before are gone, and none behind them.
  const ids = storedIds(`${place.out}/eventcounter.db`);
  assert(unique > 0 && unique < 5_000);
  assertEquals(
    ids.map(Number).sort((left, right) => left - right).slice(10),
    Array.from({ length: unique }, (_, i) => 5_010 - unique + i),
  );
  assertEquals((await count(place)).received, 0);
});

Deno.test("a stream that was made anew, shorter, longer or empty: 65, until --from says to go on", async () => {
  await using place = await Place.make(undefined, STREAM);
  await place.publish(events(0, 10));
  assertEquals((await count(place)).unique, 10);
  for (
    const [messages, told] of [
      [[], /up to offset 9, and is empty now/],
      [events(10, 15), /up to offset 9, and ends at offset 4 now/],
      [events(10, 40), /up to offset 9, and has another message there now/],
    ] as const
  ) {
    await makeAnew(place, messages);
    const { code, complaints } = await count(place);
    assertEquals([code, complaints.length], [65, 1]);
    assertMatch(complaints[0], told);
  }
  const { code, unique, stderr } = await count(place, "--from", "first");
  assertEquals([code, unique], [0, 30], stderr);
  // Nor in the middle of a run, not even of the first one.
  const out = `${place.folder}/first`;
  await using proxy = await TcpProxy.start(place.url);
  const running = startProgram(place.countArguments(out, proxy.url()));
  await place.publish(events(40, 41));
  await until(
    "it is counted",
    () => countStoredIds(`${out}/eventcounter.db`) === 31,
  );
  proxy.refuse();
  proxy.cut();
  await makeAnew(place, events(100, 200));
  proxy.admit();
  assertEquals((await running.ended).code, 65);
});

Deno.test("several queues are one drain, whatever their types", async () => {
  await using place = await Place.make(undefined, STREAM);
  await using other = await Place.make();
  await place.publish(events(0, 500));
  await other.publish(events(400, 900));
  const both = ["--queue", other.queue];
  const first = await count(place, ...both, "--checkpoint-size", "100");
  assertEquals(
    [first.code, first.received, first.unique, first.duplicates],
    [0, 1_000, 900, 100],
    first.stderr,
  );
  assertEquals(await other.ready(), 0);
  await other.publish(events(900, 901));
  assertEquals((await count(place, ...both)).received, 1);
});
