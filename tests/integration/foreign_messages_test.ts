import { assertEquals } from "@std/assert";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { field, FIELDS } from "../support/field_tags.ts";
import { runProgram } from "../support/program.ts";
import { bytes } from "../support/messages.ts";
import { RawPublisher } from "../support/raw_amqp.ts";

/** A count that says the message has used up any limit there is. */
const SPENT = [
  "x-delivery-count".length,
  ...new TextEncoder().encode("x-delivery-countb"),
  100,
];

/** Tags that RabbitMQ lets pass, one header for each. */
const HEADERS = [
  ...Object.keys(FIELDS).filter((tag) => tag !== "U").map((tag) =>
    field("it", tag)
  ),
  SPENT,
  // It would stand behind every table that has no such field.
  [
    9,
    ...new TextEncoder().encode("__proto__F"),
    0,
    0,
    0,
    SPENT.length,
    ...SPENT,
  ],
];

for (const type of ["classic", "quorum"]) {
  Deno.test(`${type} queue: messages with headers of every type, and with a publisher's own delivery count, are counted like others`, async () => {
    await using place = await Place.make();
    const { channel, queue, exchange } = place;
    await channel.deleteQueue(queue);
    await channel.assertQueue(queue, {
      arguments: { "x-queue-type": type },
    });
    await channel.bindQueue(queue, exchange, "#");
    const publisher = await RawPublisher.connect(place.url);
    for (const [i, headers] of HEADERS.entries()) {
      await publisher.publish(
        exchange,
        "ann.event.created",
        new TextEncoder().encode(JSON.stringify({ id: `${i}` })),
        new Uint8Array(headers),
      );
    }
    await publisher.confirmed();
    await publisher.close();

    const { code, stdout, stderr } = await runProgram([
      ...place.countArguments(),
      ...["--until-empty", "--reconnect-timeout", "1s"],
    ]);

    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).unique, HEADERS.length, stderr);
    assertEquals([...await jsonFiles(`${place.folder}/out`)], [
      ["created.json", `{\n  "ann": ${HEADERS.length}\n}\n`],
    ]);
  });
}

Deno.test("routing keys that are no UTF-8 are rejected, not taken for one user", async () => {
  await using place = await Place.make();
  const publisher = await RawPublisher.connect(place.url);
  for (const letter of [0xe8, 0xe9]) {
    await publisher.publish(
      place.exchange,
      new Uint8Array([...bytes("caf"), letter, ...bytes(".event.created")]),
      bytes(`{"id":"${letter}"}`),
    );
  }
  await publisher.confirmed();
  await publisher.close();

  await runProgram([...place.countArguments(), "--until-empty"]);

  const key = "caf\ufffd.event.created";
  assertEquals(await rejectedLines(`${place.folder}/out`), [
    `${key} {"id":"232"}`,
    `${key} {"id":"233"}`,
  ]);
});
