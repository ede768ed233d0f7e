import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Clock, systemClock } from "../../src/model/clock.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { AmqpPublisher } from "../../src/publish/amqp_publisher.ts";
import { AmqpSource } from "../../src/source/amqp/amqp_source.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { declareTopology } from "../../src/topology/topology.ts";
import { Place } from "../support/broker_place.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";
import { event } from "../support/messages.ts";
import { type ProxyFault, TcpProxy } from "../support/tcp_proxy.ts";

const never = new AbortController().signal;

/**
 * Frames that the broker sends until a consumer has its first delivery, and a
 * few more: three for the connection, one each for the channel, exchange,
 * queue and binding, two to find the queue's type, two for the consumer.
 */
const FRAMES = 14;

/** The broker closes this channel, or the connection, for a reason of its own. */
// deno-fmt-ignore
const closeOf = (channel: number, classId: number, methodId: number) =>
  new Uint8Array([
    1, 0, channel, 0, 0, 0, 11, 0, classId, 0, methodId,
    2, 0x1d, 0, 0, 0, 0, 0, // 541, no text, no cause
    0xce,
  ]);

const faults: Readonly<Record<string, ProxyFault>> = {
  "connection is cut": "cut",
  "connection is reset": "reset",
  "connection is closed by the broker": closeOf(0, 10, 50),
  "channel is closed by the broker": closeOf(1, 20, 40),
  "connection sends nothing any more": "stall",
};
for (const [what, fault] of Object.entries(faults)) {
  Deno.test(`${what} at any frame of the set-up: attached again, and delivered to`, async () => {
    await using place = await Place.make();
    await Promise.all(Array.from({ length: FRAMES }, async (_, i) => {
      await using proxy = await TcpProxy.start(place.url);
      const queue = `${place.queue}-${i}`;
      await place.channel.assertQueue(queue);
      place.channel.sendToQueue(queue, Buffer.from("{}"));
      const source = makeSource(proxy, place, { queue, heartbeat: 1 });
      proxy.plan({ direction: "toProgram", frame: i + 1 }, fault);

      await source.open(() => {}, never);
      await until(
        `it delivers after frame ${i + 1}`,
        () => source.take(1).length === 1,
      );
      await source.close();
      await place.channel.deleteQueue(queue);
    }));
  });
}

Deno.test("connection closed by the broker right after a publisher's set-up: it publishes, or says that it is lost", async () => {
  await using place = await Place.make();
  for (let round = 0; round < 20; round++) {
    await using proxy = await TcpProxy.start(place.url);
    proxy.planAt("queueBindOk", 1, closeOf(0, 10, 50), 12);
    const publisher = await AmqpPublisher.open({
      address: parseAmqpAddress(proxy.url()),
      topology: { ...place, binding: "#" },
      declare: true,
      connectTimeout: 30_000,
      clock: systemClock,
    }, never);
    assert(publisher !== undefined);
    try {
      await publisher.publish(event("ann", "created", "1"));
      await publisher.flush();
    } catch (error) {
      assert(error instanceof EventCounterError, `${error}`);
      assertEquals(error.exitCode, 69);
    }
    await publisher.close();
  }
});

Deno.test("connection lost at each first delivery: 69 when the time to reconnect is up", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  await place.publish([event("ann", "created", "1")]);
  const source = makeSource(proxy, place);
  let cuts = 0;
  const cut = async () => {
    for (;; cuts++) await proxy.planAt("deliver", 1, "cut", 9);
  };
  cut();
  await source.open(() => {}, never);

  const error = await failureOf(source);

  assert(cuts > 2, `${cuts} cuts`);
  assertEquals(source.attached, false);
  assertMatch(error.message, /tried for 2 s; .*--reconnect-timeout/);
  await source.close();
});

Deno.test("a connection that was kept for a while, or took an ack, starts the time to reconnect anew, one lost at once does not", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  const clock = new FakeClock();
  const source = makeSource(proxy, place, { clock });
  await source.open(() => {}, never);
  const attached = () => until("it is attached", () => source.attached);
  const loseAfter = async (milliseconds: number) => {
    await clock.advance(milliseconds);
    proxy.cut();
    await until("it is lost", () => !source.attached);
    // More than the pause before the next attempt, or the one after that.
    await clock.advance(300);
  };

  for (let loss = 0; loss < 3; loss++) {
    await loseAfter(10_000);
    await attached();
  }
  for (let loss = 0; loss < 3; loss++) {
    await place.publish([event("ann", "created", "1")]);
    let taken: readonly Delivery[] = [];
    await until("it delivers", () => (taken = source.take(1)).length === 1);
    const { settlement, tag } = taken[0]!;
    settlement.ackUpTo(tag);
    assert(await settlement.confirm());
    await loseAfter(1_000);
    await attached();
  }
  await loseAfter(1_000);
  await attached();
  await loseAfter(1_000);

  await failureOf(source);
  await source.close();
});

/** Waits for what ends the source, which must be that nobody is reached. */
async function failureOf(source: AmqpSource): Promise<EventCounterError> {
  let failure: unknown;
  await until("it fails", () => {
    try {
      source.take(1);
    } catch (error) {
      failure = error;
    }
    return failure !== undefined;
  });
  assert(failure instanceof EventCounterError);
  assertEquals(failure.exitCode, 69);
  return failure;
}

/** A source behind a proxy, which declares its queue. */
function makeSource(
  proxy: TcpProxy,
  { exchange, queue }: Place,
  given: { queue?: string; heartbeat?: number; clock?: Clock } = {},
): AmqpSource {
  const topology = { exchange, queue, binding: "#", ...given };
  return new AmqpSource({
    address: parseAmqpAddress(proxy.url(given.heartbeat)),
    queue: topology.queue,
    prefetch: 10,
    holdAll: false,
    prepare: (channel) => declareTopology(channel, topology),
    connectTimeout: 30_000,
    reconnectTimeout: given.heartbeat === undefined ? 2_000 : 30_000,
    clock: given.clock ?? systemClock,
  });
}
