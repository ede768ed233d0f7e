import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../src/model/clock.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { AmqpPublisher } from "../../src/publish/amqp_publisher.ts";
import { Expectation } from "../../src/publish/expectation.ts";
import type { GeneratedMessage } from "../../src/publish/generated_message.ts";
import { generateMessages } from "../../src/publish/generator.ts";
import { NdjsonPublisher } from "../../src/publish/ndjson_publisher.ts";
import { publishMessages } from "../../src/publish/publish_messages.ts";
import { OutputClosed } from "../../src/publish/publisher.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { Place } from "../support/broker_place.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";

const never = new AbortController().signal;

Deno.test("every published message, good or bad, is in the queue as soon as publishing has ended", async () => {
  await using place = await Place.make();
  // More than may be unconfirmed at a time.
  await publish(place, generate(5_000, { duplicates: 0.3, invalid: 0.3 }));
  assertEquals(await place.ready(), 5_000);
});

Deno.test("publishing declares what is missing, and its messages survive a restart of the broker", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  await place.channel.deleteExchange(place.exchange);
  await publish(place, generate(3), { declare: true });
  assertEquals(await place.ready(), 3);
  const message = await place.channel.get(place.queue, { noAck: true });
  assert(message !== false);
  assertEquals(message.properties.deliveryMode, 2);
  assertEquals(message.properties.contentType, "application/json");
});

Deno.test("publishing where nothing is bound fails instead of throwing messages away", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  const error = await failure(76, publish(place, generate(100)));
  assertSays(
    error,
    `no queue is bound to it for routing key "user_`,
    `0 of ${sentIn(error)} sent are confirmed`,
    `bind queue "${place.queue}"`,
  );
});

Deno.test("a binding that leaves messages out is noticed, with the true number of the others", async () => {
  await using place = await Place.make();
  const { exchange, queue } = place;
  const binding = "*.event.created";
  await place.channel.unbindQueue(queue, exchange, "*.event.*");
  await place.channel.bindQueue(queue, exchange, binding);
  const error = await failure(76, publish(place, generate(100), { binding }));
  const arrived = await place.ready();
  assert(arrived > 0, "some messages are routed");
  assertSays(
    error,
    `${arrived} of ${sentIn(error)} sent are confirmed`,
    `(--binding is "${binding}")`,
  );
});

Deno.test("a queue that refuses messages is noticed, with the true number of the others", async () => {
  await using place = await Place.make();
  const { exchange, queue } = place;
  await place.channel.deleteQueue(queue);
  await place.channel.assertQueue(queue, {
    arguments: { "x-max-length": 10, "x-overflow": "reject-publish" },
  });
  await place.channel.bindQueue(queue, exchange, "*.event.*");
  const error = await failure(76, publish(place, generate(100)));
  assertEquals(await place.ready(), 10);
  assertSays(
    error,
    `it refused ${sentIn(error) - 10} of the messages`,
    `10 of ${sentIn(error)} sent are confirmed`,
  );
});

Deno.test("a connection lost, or an exchange deleted, while publishing is an error that tells how far it came", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  const lose = () => Promise.resolve(proxy.cut());
  const drop = () => place.channel.deleteExchange(place.exchange);
  for (
    const [exitCode, fault, words] of [
      [69, lose, "Lost the broker at amqp://"],
      [76, drop, `no exchange '${place.exchange}'`],
    ] as const
  ) {
    const publisher = await open(place, { url: proxy.url() });
    assert(publisher !== undefined);
    await publishOne(publisher);
    await fault();
    const error = await failure(exitCode, keepPublishing(publisher));
    assertSays(error, words, `1 of ${sentIn(error)} sent are confirmed`);
    assertEquals(publisher.confirmed, 1);
    // Whoever goes on without having looked is told the same.
    await failure(exitCode, publishOne(publisher));
    await publisher.close();
  }
});

Deno.test("an exchange that is missing and not declared is an error before anything is published", async () => {
  await using place = await Place.make();
  await place.channel.deleteExchange(place.exchange);
  const error = await failure(76, open(place, { declare: false }));
  assertSays(error, `no exchange '${place.exchange}'`);
});

Deno.test("a broker that comes up in time is waited for, until told to stop", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  proxy.refuse();
  const clock = new FakeClock();
  const opening = open(place, { url: proxy.url(), clock });
  await until("it waits for its next attempt", () => clock.pendingTimers === 2);
  await proxy.admit();
  await clock.advance(100);
  const publisher = await opening;
  assert(publisher !== undefined);
  await publishOne(publisher);
  await publisher.close();
  assertEquals(await place.ready(), 1);

  // And no longer than one is told to.
  proxy.refuse();
  const stop = new AbortController();
  const { signal } = stop;
  const another = open(place, { url: proxy.url(), clock, signal });
  await until("it waits for its next attempt", () => clock.pendingTimers === 2);
  stop.abort();
  assertEquals(await another, undefined);
  await until("no timer is left", () => clock.pendingTimers === 0);
});

Deno.test("waiting for a broker that never answers ends as soon as it is told to", async () => {
  await using place = await Place.make();
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const stop = new AbortController();
  const url = `amqp://127.0.0.1:${silent.addr.port}`;
  const opening = open(place, { url, signal: stop.signal });
  using connection = await silent.accept();
  await connection.read(new Uint8Array(8));
  let gaveUp = false;
  connection.read(new Uint8Array(1)).then(() => gaveUp = true, () => {});
  stop.abort();
  assertEquals(await opening, undefined);
  // The attempt had not run into its own time limit.
  assertEquals(gaveUp, false);
});

Deno.test("a reader that has gone ends publishing to a pipe without a complaint", async () => {
  const reader = new Deno.Command(Deno.execPath(), {
    args: ["eval", ""],
    stdin: "piped",
  }).spawn();
  const publisher = new NdjsonPublisher("the pipe", reader.stdin);
  await reader.status;
  const publishing = publishMessages({
    messages: generate(10_000),
    publisher,
    expectation: new Expectation(),
    clock: systemClock,
    signal: never,
  });
  await assertRejects(() => publishing, OutputClosed);
});

/** Messages of the generator. */
function generate(
  size: number,
  parts = { duplicates: 0, invalid: 0 },
): GeneratedMessage[] {
  const types = ["created", "updated", "deleted"];
  return [...generateMessages({ size, users: 5, types, seed: 1, ...parts })];
}

interface OpenOptions {
  readonly url?: string;
  readonly declare?: boolean;
  readonly binding?: string;
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
}

/** Opens a publisher to the exchange of a place. */
function open(
  { url, exchange, queue }: Place,
  options: OpenOptions = {},
): Promise<AmqpPublisher | undefined> {
  return AmqpPublisher.open({
    address: parseAmqpAddress(options.url ?? url),
    topology: { exchange, queue, binding: options.binding ?? "*.event.*" },
    declare: options.declare ?? false,
    connectTimeout: 30_000,
    clock: options.clock ?? systemClock,
  }, options.signal ?? never);
}

/** Publishes messages as the command does. */
async function publish(
  place: Place,
  messages: readonly GeneratedMessage[],
  options: OpenOptions = {},
): Promise<void> {
  const publisher = await open(place, options);
  assert(publisher !== undefined);
  try {
    await publishMessages({
      messages,
      publisher,
      expectation: new Expectation(),
      clock: systemClock,
      signal: never,
    });
  } finally {
    await publisher.close();
  }
}

/** Publishes one message, and waits until it has arrived. */
async function publishOne(publisher: AmqpPublisher): Promise<void> {
  await publisher.publish(generate(1)[0]!);
  await publisher.flush();
}

/** Publishes until that fails. */
async function keepPublishing(publisher: AmqpPublisher): Promise<never> {
  for (;;) await publishOne(publisher);
}

async function failure(
  exitCode: number,
  promise: Promise<unknown>,
): Promise<EventCounterError> {
  const error = await assertRejects(() => promise, EventCounterError);
  assertEquals(error.exitCode, exitCode, error.message);
  return error;
}

/** How many messages had been sent, as the error tells. */
function sentIn({ message }: EventCounterError): number {
  return Number(/of (\d+) sent/.exec(message)?.[1]);
}

function assertSays({ message }: Error, ...parts: readonly string[]): void {
  for (const part of parts) {
    assert(message.includes(part), `no ${part} in: ${message}`);
  }
}
