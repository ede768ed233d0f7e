import { assertEquals, assertRejects } from "@std/assert";
import { Event } from "../../src/model/event.ts";
import { Consumers } from "../../src/pipeline/consumers.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/pure.ts";

const { signal } = new AbortController();

const created = new Event("a", "created", "1");

test("a type is accepted if a consumer wants it, and only then", () => {
  const asked: string[] = [];
  const consumers = new Consumers(
    [{
      handlerFor: (type) => {
        asked.push(type);
        return type === "created" ? () => {} : undefined;
      },
    }],
    1,
    Infinity,
    signal,
  );

  assertEquals(
    ["created", "updated", "created", "__proto__"]
      .map((type) => consumers.accepts(type)),
    [true, false, true, false],
  );
  assertEquals(asked, ["created", "updated", "__proto__"]);
});

test("no more types are accepted than the limit allows", () => {
  const consumers = new Consumers(
    [{ handlerFor: () => () => {} }],
    1,
    2,
    signal,
  );

  assertEquals(
    ["a", "b", "c", "a", "b"].map((type) => consumers.accepts(type)),
    [true, true, false, true, true],
  );
});

test("expected types have their place, even if they are more than the limit allows", () => {
  const accepted = (
    expected: readonly string[],
    types: readonly string[],
  ) => {
    const consumers = new Consumers(
      [{ handlerFor: () => () => {} }],
      1,
      2,
      signal,
    );
    consumers.expect(expected);
    return types.filter((type) => consumers.accepts(type));
  };

  assertEquals(accepted(["z"], ["a", "b", "z", "a"]), ["a", "z", "a"]);
  assertEquals(accepted(["x", "y", "z"], ["a", "z", "y", "x", "b", "z"]), [
    ..."zyxz",
  ]);
});

test("idle() and close() wait until every event has been processed", async () => {
  const gate = Promise.withResolvers<void>();
  const consumers = new Consumers(
    [{ handlerFor: () => () => gate.promise }],
    1,
    Infinity,
    signal,
  );
  consumers.accepts("created");
  consumers.publish(created);
  const settled: string[] = [];
  consumers.idle()!.then(() => settled.push("idle"));
  const closed = consumers.close().then(() => settled.push("close"));
  await settle();
  assertEquals(settled, []);

  gate.resolve();
  await closed;

  assertEquals(settled.sort(), ["close", "idle"]);
});

test("idle() throws what a consumer has thrown, close() has nothing to add", async () => {
  const consumers = new Consumers(
    [{ handlerFor: () => () => Promise.reject(new Error("no")) }],
    1,
    Infinity,
    signal,
  );
  consumers.accepts("created");
  consumers.publish(created);

  await assertRejects(async () => await consumers.idle(), Error, "no");
  await consumers.close();
});
