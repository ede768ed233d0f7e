import { assertEquals, assertStrictEquals } from "@std/assert";
import { CountingConsumer } from "../../src/count/counting_consumer.ts";
import { Tally } from "../../src/count/tally.ts";
import { Event } from "../../src/model/event.ts";

const signal = new AbortController().signal;

Deno.test("CountingConsumer adds 1 to the user's tally of the type", {
  permissions: "none",
}, () => {
  const tally = new Tally();
  const consumer = new CountingConsumer(tally);
  const count = (type: string, userId: string) =>
    consumer.handlerFor(type)(userId, new Event(userId, type, "1"), signal);

  count("created", "a");
  count("created", "a");
  count("created", "__proto__");
  count("__proto__", "a");

  assertEquals(
    tally.take(),
    new Map([
      ["created", new Map([["a", 2], ["__proto__", 1]])],
      ["__proto__", new Map([["a", 1]])],
    ]),
  );
});

Deno.test("take() starts the tally anew, also for handlers made before", {
  permissions: "none",
}, () => {
  const tally = new Tally();
  const handle = new CountingConsumer(tally).handlerFor("created");
  const count = (userId: string) =>
    handle(userId, new Event(userId, "created", "1"), signal);

  count("a");
  const first = tally.take();
  count("b");
  const second = tally.take();

  assertEquals(first, new Map([["created", new Map([["a", 1]])]]));
  assertEquals(second, new Map([["created", new Map([["b", 1]])]]));
  assertEquals(tally.take(), new Map());
});

Deno.test("ofType() gives the same counts until they are taken", {
  permissions: "none",
}, () => {
  const tally = new Tally();
  const users = tally.ofType("created");

  assertStrictEquals(tally.ofType("created"), users);
  tally.take();
  assertEquals(tally.ofType("created") === users, false);
});
