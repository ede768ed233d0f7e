/** What every source promises, wherever its deliveries come from. */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Source } from "../../src/source/source.ts";
import { settle } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";
import { event, type Message, raw } from "../support/messages.ts";
import {
  type DetachingRig,
  detachingSources,
  endingSources,
  type SourceAdapter,
  type SourceRig,
  sources,
} from "../support/source_adapters.ts";

/** Sources for each of which a test is registered, named by its promise. */
class SourcesUnderTest<Rig extends SourceRig> {
  readonly #adapters: readonly SourceAdapter<Rig>[];

  constructor(adapters: readonly SourceAdapter<Rig>[]) {
    this.#adapters = adapters;
  }

  /** Registers a test. Its sources are open, and closed when it is over. */
  test(
    promise: string,
    run: (rig: Rig & { calls: { wake: number } }) => Promise<void>,
  ): void {
    for (const { name, permissions, make } of this.#adapters) {
      Deno.test(`${name}: ${promise}`, { permissions }, async () => {
        const rig = await make();
        // How often it has said that something changed.
        const calls = { wake: 0 };
        await rig.source.open(
          () => calls.wake++,
          new AbortController().signal,
          new Map(),
        );
        try {
          await run({ ...rig, calls });
        } finally {
          await rig.source.close();
          await rig.dispose?.();
        }
      });
    }
  }
}

const everySource = new SourcesUnderTest(sources);
const endingSource = new SourcesUnderTest(endingSources);
const detachingSource = new SourcesUnderTest<DetachingRig>(detachingSources);

const messages = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => event(`user ${i % 3}`, "created", `${from + i}`),
  );

/** Takes what comes until there are so many, or the source has ended. */
async function takeAll(source: Source, total: number): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  await until(`${total} deliveries have come`, () => {
    taken.push(...source.take(total - taken.length));
    return taken.length === total;
  });
  return taken;
}

const contentsOf = (items: readonly (Delivery | Message)[]) =>
  items.map(({ routingKey, body }) => ({
    routingKey,
    body: new Uint8Array(body),
  }));

everySource.test("is attached once it is open, with nothing to take, and wakes when something has come", async ({ source, push, calls }) => {
  assertEquals([source.attached, source.ended], [true, false]);
  assertEquals([...source.take(10)], []);
  for (const from of [0, 3]) {
    const before = calls.wake;
    await push(messages(from, from + 3));
    await until("it wakes", () => calls.wake > before);
    assertEquals(await source.isEmpty(), false);
    await takeAll(source, 2);
    assertEquals(await source.isEmpty(), false);
    await takeAll(source, 1);
  }
});

everySource.test("gives every message once, in order and numbered upwards, never more than asked for, and leaves it alone", async ({ source, push }) => {
  const sent = messages(0, 50);
  const taken: Delivery[] = [];
  for (let i = 0; i < 50; i += 10) {
    await push(sent.slice(i, i + 10));
    await until("all but some have come", () => {
      const some = source.take(7);
      assertEquals(some.length <= 7, true);
      taken.push(...some);
      return taken.length >= i + 5;
    });
  }
  taken.push(...await takeAll(source, 50 - taken.length));

  assertEquals(contentsOf(taken), contentsOf(sent));
  assertEquals([...source.take(7)], []);
  for (let i = 1; i < taken.length; i++) {
    assertStrictEquals(taken[i]!.settlement, taken[0]!.settlement);
    assertEquals(taken[i]!.tag > taken[i - 1]!.tag, true);
  }
});

everySource.test("hands over any bytes as they are", async ({ source, push }) => {
  const sent = [
    raw("a.event.created", ""),
    raw("a.event.created", new Uint8Array(256).map((_, byte) => byte)),
    raw("\u{1f600}.event.created", "\ufeff{}\n\r\0"),
    raw("", "no key"),
    raw("k".repeat(255), "x".repeat(200_000)),
  ];
  await push(sent);

  assertEquals(
    contentsOf(await takeAll(source, sent.length)),
    contentsOf(sent),
  );
});

everySource.test("takes acks before it is stopped and after, and gives nothing more then", async ({ source, push }) => {
  await push(messages(0, 10));
  const taken = await takeAll(source, 7);

  assertEquals(taken[3]!.settlement.ackUpTo(taken[3]!.tag), true);
  await source.stop();
  await settle();
  assertEquals([...source.take(10)], []);
  assertEquals(taken[6]!.settlement.ackUpTo(taken[6]!.tag), true);
  assertEquals(await taken[6]!.settlement.confirm(), true);
});

everySource.test("can be closed without being stopped first", async ({ source, push }) => {
  await push(messages(0, 10));
  const [first] = await takeAll(source, 1);

  assertEquals(await source.close(), undefined);

  first!.settlement.ackUpTo(first!.tag);
});

endingSource.test("ends when everything has been taken, not before", async ({ source, push, end, calls }) => {
  await push(messages(0, 10));
  await until("it wakes", () => calls.wake > 0);
  const before = calls.wake;
  end();
  await until("it wakes", () => calls.wake > before);
  assertEquals(source.ended, false);

  assertEquals(source.take(4).length, 4);
  assertEquals(source.ended, false);
  assertEquals(source.take(10).length, 6);

  assertEquals(source.ended, true);
  assertEquals(await source.isEmpty(), true);
  assertEquals([...source.take(10)], []);
});

endingSource.test("throws what broke it when everything before has been taken", async ({ source, push, fail, calls }) => {
  await push(messages(0, 3));
  await until("it wakes", () => calls.wake > 0);
  const before = calls.wake;
  fail(new Error("the wire broke"));
  await until("it wakes", () => calls.wake > before);

  assertEquals(source.take(2).length, 2);
  assertEquals(source.take(2).length, 1);
  assertThrows(() => source.take(2), Error, "the wire broke");
  assertEquals(source.ended, false);
});

detachingSource.test("drops the acks of an attachment that is gone, and delivers anew", async ({ source, push, detach, attach, calls }) => {
  await push(messages(0, 4));
  const lost = await takeAll(source, 4);
  const before = calls.wake;
  await detach();
  await until("it wakes", () => calls.wake > before);

  assertEquals([source.attached, source.ended], [false, false]);
  assertEquals(await source.isEmpty(), false);
  assertEquals(lost[3]!.settlement.ackUpTo(lost[3]!.tag), false);
  assertEquals(await lost[3]!.settlement.confirm(), false);
  await attach();

  const again = await takeAll(source, 4);
  assertEquals(source.attached, true);
  assertEquals(contentsOf(again), contentsOf(lost));
  assertEquals(again.every(({ redelivered }) => redelivered), true);
  assertEquals(again[0]!.settlement === lost[0]!.settlement, false);
});
