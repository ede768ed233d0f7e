import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { consumeEvents, consumerOf } from "../../src/count/event_consumer.ts";
import { Event } from "../../src/model/event.ts";
import { settle } from "../support/fake_clock.ts";

const signal = new AbortController().signal;
const events = ["a", "b", "c"].map((user) => new Event(user, "created", user));

async function* sequence(items: readonly Event[]): AsyncGenerator<Event> {
  yield* items;
}

Deno.test("consumeEvents() hands over user, event and signal, in order", {
  permissions: "none",
}, async () => {
  const calls: unknown[][] = [];

  await consumeEvents(
    sequence(events),
    (...call) => void calls.push(call),
    signal,
  );

  assertEquals(calls.length, 3);
  calls.forEach(([userId, event, given], i) => {
    assertEquals(userId, events[i]!.userId);
    assertStrictEquals(event, events[i]);
    assertStrictEquals(given, signal);
  });
});

Deno.test("consumeEvents() waits for each event before it takes the next", {
  permissions: "none",
}, async () => {
  const steps: string[] = [];
  const gates = events.map(() => Promise.withResolvers<void>());
  const done = consumeEvents(sequence(events), async (userId) => {
    steps.push(`start ${userId}`);
    await gates["abc".indexOf(userId)]!.promise;
    steps.push(`end ${userId}`);
  }, signal);

  for (const gate of gates) {
    await settle();
    steps.push("gate");
    gate.resolve();
  }
  await done;

  assertEquals(steps, [
    "start a",
    "gate",
    "end a",
    "start b",
    "gate",
    "end b",
    "start c",
    "gate",
    "end c",
  ]);
});

for (
  const [kind, fail] of [
    ["throws", () => {
      throw new Error("no");
    }],
    ["rejects", () => Promise.reject(new Error("no"))],
  ] as const
) {
  Deno.test(`consumeEvents() ends with the error of a handler that ${kind}`, {
    permissions: "none",
  }, async () => {
    const users: string[] = [];

    await assertRejects(
      () =>
        consumeEvents(sequence(events), (userId) => {
          users.push(userId);
          return userId === "b" ? fail() : undefined;
        }, signal),
      Error,
      "no",
    );

    assertEquals(users, ["a", "b"]);
  });
}

Deno.test("consumerOf() keeps the object that its methods belong to", {
  permissions: "none",
}, async () => {
  class Greeter {
    readonly greeted: string[] = [];
    created(userId: string) {
      this.greeted.push(userId);
    }
  }
  const greeter = new Greeter();

  await consumerOf(greeter).handlerFor("created")!(
    "a",
    new Event("a", "created", "1"),
    signal,
  );

  assertEquals(greeter.greeted, ["a"]);
});

Deno.test("consumerOf() subscribes to nothing but what there is a method for", {
  permissions: "none",
}, () => {
  const consumer = consumerOf({ updated: () => {} });

  const wanted = [
    "created",
    "updated",
    "deleted",
    "renamed",
    "constructor",
    "toString",
    "__proto__",
  ].filter((type) => consumer.handlerFor(type) !== undefined);

  assertEquals(wanted, ["updated"]);
});
