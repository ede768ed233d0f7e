import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Channel } from "../../src/route/channel.ts";
import { settle } from "../support/fake_clock.ts";
import { unhandledRejectionsOf } from "../support/unhandled_rejections.ts";
import { test } from "../support/pure.ts";

/** Notes whether a promise has settled, without waiting for it. */
function watch(promise: Promise<unknown> | undefined): { settled: boolean } {
  const state = { settled: promise === undefined };
  const settled = () => {
    state.settled = true;
  };
  promise?.then(settled, settled);
  return state;
}

test("send() asks to wait when the channel is full, and refuses more", () => {
  const channel = new Channel<number>(3);

  assertEquals(channel.send(1), undefined);
  assertEquals(channel.send(2), undefined);
  assertEquals(channel.send(3) instanceof Promise, true);
  assertThrows(() => channel.send(4), Error, "full");
});

test("a sender that waits goes on when half the room is free", async () => {
  const channel = new Channel<number>(4);
  for (const item of [1, 2, 3]) channel.send(item);
  const sender = watch(channel.send(4));

  await channel.next();
  await settle();
  assertEquals(sender.settled, false);
  await channel.next();
  await settle();
  assertEquals(sender.settled, true);
});

test("an item for a reader that waits takes no room", async () => {
  const channel = new Channel<number>(1);
  const next = channel.next();

  assertEquals(channel.send(1), undefined);
  assertEquals(await next, { done: false, value: 1 });
  assertEquals(channel.send(2) instanceof Promise, true);
});

test("idle() settles when the reader comes back for more, not before", async () => {
  const channel = new Channel<number>(4);
  channel.send(1);
  channel.send(2);
  const idle = watch(channel.idle());

  for (const _item of [1, 2]) {
    await channel.next();
    await settle();
    assertEquals(idle.settled, false);
  }
  const third = channel.next();
  await settle();
  assertEquals(idle.settled, true);
  assertEquals(channel.idle(), undefined);

  channel.send(3);
  const again = watch(channel.idle());
  await third;
  await settle();
  assertEquals(again.settled, false, "the third is being processed");
  channel.next();
  await settle();
  assertEquals(again.settled, true);
});

test("close() ends a reader that waits, and may be called again", async () => {
  const channel = new Channel<number>(2);
  const next = channel.next();

  channel.close();
  channel.close();

  assertEquals(await next, { done: true, value: undefined });
  assertEquals(channel.idle(), undefined);
  assertThrows(() => channel.send(1), Error, "closed");
});

test("close() leaves what is queued to be read, and its sender to go on", async () => {
  const channel = new Channel<number>(2);
  channel.send(1);
  const sender = watch(channel.send(2));
  channel.close();

  assertEquals(await Array.fromAsync(channel), [1, 2]);
  await settle();
  assertEquals(sender.settled, true);
});

test("fail() rejects whoever waits for room or for idle(), heard or unheard", async () => {
  const error = new Error("the reader has died");
  const reasons = await unhandledRejectionsOf(async () => {
    const channel = new Channel<number>(1);
    const room = channel.send(1)!;
    const idle = channel.idle()!;

    channel.fail(error);
    // Whoever has gone on without them has failed as well.
    const unheard = new Channel<number>(1);
    unheard.send(1);
    unheard.idle();
    unheard.fail(error);

    await assertRejects(() => room, Error, error.message);
    await assertRejects(() => idle, Error, error.message);
  });

  assertEquals(reasons, []);
});

test("a channel never holds more than its capacity, and loses nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(40),
      async (scheduler, capacity, total) => {
        const channel = new Channel<number>(capacity);
        const read: number[] = [];
        let sent = 0;
        const send = async () => {
          for (let item = 0; item < total; item++) {
            await scheduler.schedule(Promise.resolve(), "send");
            const full = channel.send(item);
            sent++;
            // One more is in the reader's hands.
            assertEquals(sent - read.length <= capacity + 1, true);
            if (full !== undefined) await full;
          }
          await channel.idle();
          assertEquals(read.length, total, "idle, so everything is processed");
          channel.close();
        };
        const receive = async () => {
          for await (const item of channel) {
            await scheduler.schedule(Promise.resolve(), "receive");
            read.push(item);
          }
        };

        await scheduler.waitFor(Promise.all([send(), receive()]));

        assertEquals(read, Array.from({ length: total }, (_, item) => item));
      },
    ),
  );
});
