import { assertEquals } from "@std/assert";
import type { Options } from "amqplib";
import { Buffer } from "node:buffer";
import { deflateSync, gzipSync } from "node:zlib";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { field, FIELDS } from "../support/field_tags.ts";
import { bytes } from "../support/messages.ts";
import { runProgram } from "../support/program.ts";
import { publishRaw } from "../support/raw_amqp.ts";
import { until } from "../support/until.ts";

/** A count that says the message has used up any limit there is. */
const SPENT = [
  "x-delivery-count".length,
  ...bytes("x-delivery-countb"),
  100,
];

/** Tags that RabbitMQ lets pass, one header for each. */
const HEADERS = [
  ...Object.keys(FIELDS).filter((tag) => tag !== "U").map((tag) =>
    field("it", tag)
  ),
  SPENT,
  // It would stand behind every table that has no such field.
  [9, ...bytes("__proto__F"), ...[0, 0, 0, SPENT.length], ...SPENT],
];

for (const type of ["classic", "quorum"]) {
  Deno.test(`${type} queue: messages with headers of every type, and with a publisher's own delivery count, are counted like others`, async () => {
    await using place = await Place.make(undefined, { "x-queue-type": type });
    const { channel, queue } = place;
    // One that has come back once, which would be the last time.
    await publish(place, [SPENT], "returned");
    await until(
      "it has come back",
      async () => await channel.get(queue, { noAck: false }) !== false,
    );
    channel.nackAll(true);
    await publish(place, HEADERS, "new");

    const { code, stdout, stderr } = await place
      .count("--until-empty", "--connect-timeout", "1s");

    assertEquals(code, 0, stderr);
    const total = HEADERS.length + 1;
    const { unique, redelivered } = JSON.parse(stdout);
    assertEquals([unique, redelivered], [total, 1], stderr);
    assertEquals([...await jsonFiles(place.out)], [
      ["created.json", `{\n  "ann": ${total}\n}\n`],
    ]);
  });
}

/** Publishes an event for each of these headers. */
async function publish(
  place: Place,
  allHeaders: readonly (readonly number[])[],
  id: string,
): Promise<void> {
  await publishRaw(
    place,
    allHeaders.map((headers, i) => ({
      routingKey: [...bytes("ann.event.created")],
      body: JSON.stringify({ id: `${id} ${i}` }),
      headers,
    })),
  );
}

Deno.test("routing keys that are no UTF-8 are rejected, not taken for one user", async () => {
  await using place = await Place.make();
  await publishRaw(
    place,
    [0xe8, 0xe9].map((letter) => ({
      routingKey: [...bytes("caf"), letter, ...bytes(".event.created")],
      body: `{"id":"${letter}"}`,
    })),
  );

  await place.count("--until-empty");

  const key = "caf\ufffd.event.created";
  assertEquals(await rejectedLines(place.out), [
    `${key} {"id":"232"}`,
    `${key} {"id":"233"}`,
  ]);
});

Deno.test("messages with their ids elsewhere and compressed bodies are counted, and those rejected are the same when they are read back", async () => {
  await using place = await Place.make();
  const { channel, exchange, folder } = place;
  const pattern = ["--routing-key", "shop.<type>.<user>"];
  const count = async (args: string[]) => {
    const { code, stdout, stderr } = await runProgram([...args, ...pattern]);
    assertEquals(code, 0, stderr);
    const { unique, duplicates, rejected } = JSON.parse(stdout);
    return [unique, duplicates, rejected];
  };
  // The binding is that of the pattern.
  const drain = (id: string) =>
    count([
      ...place.countArguments(),
      "--declare",
      "--until-empty",
      "--id",
      id,
    ]);
  const key = "shop.created.ann";
  const publish = (body: Uint8Array, properties: Options.Publish) =>
    channel.publish(exchange, key, Buffer.from(body), properties);
  /** With a header that amqplib cannot decode. */
  const publishStrange = () =>
    publishRaw(place, [{
      routingKey: [...bytes(key)],
      body: "no JSON",
      headers: [...field("it", "L"), ...field("seq", "S")],
      messageId: "2",
    }]);
  assertEquals(await drain("json:id"), [0, 0, 0]);

  const gzip = gzipSync('{"event":{"id":"a"}}');
  publish(gzip, { contentEncoding: "gzip" });
  publish(gzip, { contentEncoding: "gzip", messageId: "other" });
  publish(deflateSync('{"event":{"id":"b"}}'), { contentEncoding: "deflate" });
  publish(bytes("no gzip"), { contentEncoding: "gzip", messageId: "1" });
  await publishStrange();
  assertEquals(await drain("json:event.id"), [2, 1, 2]);

  const file = `${folder}/out/rejected.ndjson`;
  const lines = (await Deno.readTextFile(file)).trimEnd().split("\n")
    .map((line) => ({ ...JSON.parse(line), time: undefined }));
  const rest = { time: undefined, routingKey: key };
  assertEquals(lines, [
    {
      ...{ ...rest, reason: "bad_encoding", contentEncoding: "gzip" },
      ...{ messageId: "1", body: "no gzip" },
    },
    { ...rest, reason: "bad_json", messageId: "2", body: "no JSON" },
  ]);
  assertEquals(
    await count([
      ...["count", "--input", file, "--out", `${folder}/again`],
      ...["--format", "json", "--id", "message-id"],
    ]),
    [2, 0, 0],
  );

  publish(bytes(""), { headers: { seq: "x" } });
  publish(bytes(""), { headers: { seq: 1 } });
  await publishStrange();
  assertEquals(await drain("header:seq"), [2, 0, 1]);
});
