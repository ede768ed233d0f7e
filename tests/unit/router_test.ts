import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Event } from "../../src/model/event.ts";
import { Channel } from "../../src/route/channel.ts";
import { Router } from "../../src/route/router.ts";
import { settle } from "../support/fake_clock.ts";
import { unhandledRejectionsOf } from "../support/unhandled_rejections.ts";

const created = (number: number) => new Event("a", "created", `${number}`);

const TYPES = ["created", "updated", "deleted"];

const subscriber = fc.record({
  types: fc.subarray(TYPES, { minLength: 1 }),
  capacity: fc.integer({ min: 1, max: 5 }),
});

Deno.test(
  "each subscriber gets each event of its types once and in order, under any interleaving and capacity",
  { permissions: "none" },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(subscriber, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom(...TYPES), { maxLength: 30 }),
        async (scheduler, subscribers, types) => {
          const router = new Router();
          const readers = subscribers.flatMap(({ types, capacity }) =>
            types.map((type) => {
              const channel = new Channel<Event>(capacity);
              router.subscribe(type, channel);
              return { type, channel, got: [] as Event[] };
            })
          );
          const events = types
            .filter((type) => router.has(type))
            .map((type, i) => new Event(`user ${i}`, type, `${i}`));
          const read = async ({ channel, got }: typeof readers[number]) => {
            for await (const event of channel) {
              await scheduler.schedule(Promise.resolve(), "read");
              got.push(event);
            }
          };
          const publish = async () => {
            for (const event of events) {
              const full = router.publish(event);
              if (full !== undefined) await full;
            }
            await router.idle();
            for (const { type, got } of readers) {
              const expected = events.filter((event) => event.type === type);
              assertEquals(got, expected);
            }
            router.close();
          };

          await scheduler.waitFor(
            Promise.all([...readers.map(read), publish()]),
          );
        },
      ),
    );
  },
);

Deno.test(
  "publish() throws for a type nobody subscribes to: an event may not vanish",
  { permissions: "none" },
  () => {
    const router = new Router();
    router.subscribe("created", new Channel(1));

    for (const type of ["updated", "__proto__", "constructor"]) {
      assertEquals(router.has(type), false);
      assertThrows(
        () => router.publish(new Event("a", type, "1")),
        Error,
        `"${type}" has no subscriber`,
      );
    }
  },
);

Deno.test(
  "the router counts types, not subscribers",
  { permissions: "none" },
  () => {
    const router = new Router();
    for (const type of ["created", "created", "__proto__"]) {
      router.subscribe(type, new Channel(1));
    }

    assertEquals(router.types, 2);
    assertEquals(router.has("__proto__"), true);
  },
);

Deno.test("publish() waits for the slowest of its subscribers", {
  permissions: "none",
}, async () => {
  const router = new Router();
  const slow = new Channel<Event>(1), quick = new Channel<Event>(1);
  const roomy = new Channel<Event>(10);
  for (const channel of [slow, quick, roomy]) {
    router.subscribe("created", channel);
  }
  let settled = false;
  router.publish(created(1))!.then(() => settled = true);

  await quick.next();
  await settle();
  assertEquals(settled, false);
  await slow.next();
  await settle();
  assertEquals(settled, true);
});

Deno.test("idle() is there at once when nothing has been published", {
  permissions: "none",
}, async () => {
  const router = new Router();
  assertEquals(router.idle(), undefined);
  const channel = new Channel<Event>(1);
  channel.next();
  router.subscribe("created", channel);
  assertEquals(router.idle(), undefined);

  router.publish(created(1));
  let settled = false;
  router.idle()!.then(() => settled = true);
  await settle();
  assertEquals(settled, false);
  channel.next();
  await settle();
  assertEquals(settled, true);
});

Deno.test(
  "publish() and idle() pass on the error of a subscriber that has failed",
  { permissions: "none" },
  async () => {
    const router = new Router();
    const channel = new Channel<Event>(1);
    router.subscribe("created", channel);
    const full = router.publish(created(1))!;

    channel.fail(new Error("no"));

    await assertRejects(() => full, Error, "no");
    assertThrows(() => router.publish(created(2)), Error, "no");
    await assertRejects(() => router.idle()!, Error, "no");
  },
);

Deno.test(
  "subscribers that fail one after another leave no unhandled rejection",
  { permissions: "none" },
  async () => {
    const reasons = await unhandledRejectionsOf(async () => {
      const router = new Router();
      const channels = [1, 2].map(() => new Channel<Event>(1));
      for (const channel of channels) router.subscribe("created", channel);
      const full = router.publish(created(1))!;
      const idle = router.idle()!;

      for (const channel of channels) channel.fail(new Error("no"));

      await assertRejects(() => full, Error, "no");
      await assertRejects(() => idle, Error, "no");
    });

    assertEquals(reasons, []);
  },
);

Deno.test(
  "a subscriber that fails after another made publish() throw leaves no unhandled rejection",
  { permissions: "none" },
  async () => {
    const reasons = await unhandledRejectionsOf(() => {
      const router = new Router();
      const [first, second] = [new Channel<Event>(1), new Channel<Event>(1)];
      router.subscribe("created", first);
      router.subscribe("created", second);

      second.fail(new Error("second"));
      assertThrows(() => router.publish(created(1)), Error, "second");
      // The first channel is full now, but nobody was given its promise.
      first.fail(new Error("first"));
    });

    assertEquals(reasons, []);
  },
);
