import { assertEquals } from "@std/assert";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { field, FIELDS } from "../support/field_tags.ts";
import { bytes } from "../support/messages.ts";
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
