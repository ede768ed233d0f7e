import { assertEquals, assertRejects } from "@std/assert";
import { Expectation } from "../../../src/publish/expectation.ts";
import { generateMessages } from "../../../src/publish/generator.ts";
import { publishMessages } from "../../../src/publish/publish_messages.ts";
import type { Publisher } from "../../../src/publish/publisher.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { test } from "../../support/pure.ts";

test("publishMessages() publishes all in order and waits for them to arrive", async () => {
  const { publisher, publishing, expectation } = start({ size: 20 });
  await settle();
  assertEquals(
    publisher.keys,
    [...messagesOf(20)].map((message) => message.routingKey),
  );
  assertEquals(publisher.journal.at(-1), "flush");
  assertEquals(await isPending(publishing), true);
  publisher.arrived.resolve();
  await publishing;
  assertEquals(expectation.published, 20);
});

test("publishMessages() waits while the publisher is not ready", async () => {
  const publisher = new ScriptedPublisher();
  const ready = Promise.withResolvers<void>();
  publisher.ready = ready.promise;
  const { publishing } = start({ size: 3, publisher });
  await settle();
  assertEquals(publisher.keys.length, 1);
  publisher.ready = undefined;
  ready.resolve();
  publisher.arrived.resolve();
  await publishing;
  assertEquals(publisher.keys.length, 3);
});

test("publishMessages() stops at a signal, but what was sent still arrives", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const { publisher, publishing, expectation } = start({
    size: 1_000,
    rate: 1,
    clock,
    signal: stop.signal,
  });
  await clock.advance(4_000);
  stop.abort();
  await settle();
  assertEquals(publisher.journal, [...Array(5).fill("publish"), "flush"]);
  assertEquals(await isPending(publishing), true);
  publisher.arrived.resolve();
  await publishing;
  assertEquals(expectation.published, 5);
});

test("publishMessages() ends with the publisher's error", async () => {
  const publisher = new ScriptedPublisher();
  publisher.ready = Promise.reject(new Error("lost"));
  const { publishing } = start({ size: 3, publisher });
  await assertRejects(() => publishing, Error, "lost");
  assertEquals(publisher.journal, ["publish"]);
});

interface Setup {
  readonly size: number;
  readonly publisher?: ScriptedPublisher;
  readonly rate?: number;
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
}

function start(setup: Setup) {
  const publisher = setup.publisher ?? new ScriptedPublisher();
  const expectation = new Expectation();
  const publishing = publishMessages({
    messages: messagesOf(setup.size),
    publisher,
    expectation,
    rate: setup.rate,
    clock: setup.clock ?? new FakeClock(),
    signal: setup.signal ?? new AbortController().signal,
  });
  return { publisher, expectation, publishing };
}

function messagesOf(size: number) {
  const types = ["created"];
  return generateMessages({
    size,
    users: 5,
    types,
    duplicates: 0,
    invalid: 0,
    seed: 1,
  });
}

/** A publisher under the test's hand. */
class ScriptedPublisher implements Publisher {
  readonly journal: string[] = [];
  readonly keys: string[] = [];
  /** What `publish` returns. */
  ready: Promise<void> | undefined;
  /** What `flush` waits for. */
  readonly arrived = Promise.withResolvers<void>();

  publish({ routingKey }: { routingKey: string }): Promise<void> | undefined {
    this.journal.push("publish");
    this.keys.push(routingKey);
    return this.ready;
  }

  flush(): Promise<void> {
    this.journal.push("flush");
    return this.arrived.promise;
  }

  close(): Promise<void> {
    this.journal.push("close");
    return Promise.resolve();
  }
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const done = () => pending = false;
  promise.then(done, done);
  await settle();
  return pending;
}
