import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/model/clock.ts";
import { AmqpAttachment } from "../../src/source/amqp/amqp_attachment.ts";
import { QueueConsumption } from "../../src/source/amqp/queue_consumption.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { openConnection } from "../../src/topology/connection.ts";
import { Place } from "../support/broker_place.ts";
import { until } from "../support/until.ts";

const MEBIBYTE = 1024 * 1024;
const MESSAGES = 100;

/** What may wait, and what may be on its way when that is noticed. */
const MOST = 32 + 2;

async function publish(place: Place): Promise<void> {
  await place.publish(
    Array.from({ length: MESSAGES }, (_, i) => ({
      routingKey: "ann.event.created",
      body: new Uint8Array(MEBIBYTE).fill(i),
    })),
  );
}

Deno.test("large messages that come while the broker is asked whether there are any are taken all the same", async () => {
  await using place = await Place.make();
  await publish(place);
  const { code, stdout } = await place.count("--until-empty");
  const { rejected, left } = JSON.parse(stdout);
  assertEquals([code, rejected, left], [0, MESSAGES, 0]);
});

Deno.test("of large messages few wait, whatever the prefetch, and all of them come", async () => {
  await using place = await Place.make();
  await publish(place);
  // One that hears nothing for two seconds would give the broker up.
  const address = parseAmqpAddress(`${place.url}?heartbeat=1`);
  const options = {
    ...{ address, queue: place.queue, prefetch: MESSAGES, holdAll: false },
    ...{ connectTimeout: 10_000, reconnectTimeout: 10_000, clock: systemClock },
    prepare: () => Promise.resolve(),
  };
  const attachment = await AmqpAttachment.open(
    await openConnection(address, undefined, 10_000),
    {
      ...options,
      consumptionOf: () =>
        Promise.resolve(new QueueConsumption(options, false)),
      changed: () => {},
    },
  );
  const came: number[] = [];
  await until("many wait", () => attachment.waiting >= 32);
  // Time for all of them, and for three heartbeats.
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(3_000, resolve);
  await promise;
  assert(attachment.isAlive);
  while (came.length < MESSAGES) {
    assert(attachment.waiting <= MOST, `${attachment.waiting} wait`);
    const taken = attachment.take(10);
    came.push(...taken.map(({ body }) => body[0]!));
    if (taken.length > 0) attachment.ackUpTo(taken.at(-1)!.tag);
    else await until("more wait", () => attachment.waiting > 0);
  }
  assertEquals(came, Array.from({ length: MESSAGES }, (_, i) => i));
  await attachment.closeChannel();
  await attachment.closeConnection();
  assertEquals(await place.ready(), 0);
});
