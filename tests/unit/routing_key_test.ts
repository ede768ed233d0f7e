import { assertEquals } from "@std/assert";
import { readRoutingKey, type TypeRule } from "../../src/decode/routing_key.ts";
import { everySequence } from "../support/every_sequence.ts";
import { test } from "../support/pure.ts";

const TYPES: TypeRule = new Set(["created", "updated", "deleted"]);

/** Words that come near to a routing key, and some that do not. */
const words = [
  "event",
  "created",
  "updated",
  "user",
  "",
  "Event",
  "a b",
  "\u{1f600}",
  "\n",
];

test("readRoutingKey() refuses what is no UTF-8, and types that only look known", () => {
  const reasons = {
    "\ud83d.event.created": "bad_routing_key",
    "user.event.\ude00": "bad_routing_key",
    "caf\ufffd.event.created": "bad_routing_key",
    "user.event.Created": "unknown_type",
    "user.event.created ": "unknown_type",
    "user.event.__proto__": "unknown_type",
  };
  for (const [key, reason] of Object.entries(reasons)) {
    assertEquals<unknown>(readRoutingKey(key, TYPES), reason, key);
  }
});

test("readRoutingKey() with any type takes those that can name a file", () => {
  const longest = "x".repeat(64);
  for (const type of ["a", "A-z_0", "__proto__", "constructor", longest]) {
    assertEquals(
      readRoutingKey(`user.event.${type}`, "any"),
      { userId: "user", type },
    );
  }
  for (
    const type of [
      longest + "x",
      "a b",
      "a/b",
      "a\\b",
      "a\n",
      "ä",
      "\u{1f600}",
      "a\0",
      "*",
    ]
  ) {
    assertEquals(
      readRoutingKey(`user.event.${type}`, "any"),
      "bad_type_name",
      type,
    );
  }
});

test("readRoutingKey() agrees with a regular expression on any words", () => {
  for (const sequence of everySequence(words, 4)) {
    const key = sequence.join(".");
    const match = /^([\s\S]+)\.event\.([^.]+)$/.exec(key);
    const [, userId, type] = match ?? [];
    const expected = match === null
      ? "bad_routing_key"
      : ["created", "updated", "deleted"].includes(type!)
      ? { userId, type }
      : "unknown_type";

    assertEquals<unknown>(readRoutingKey(key, TYPES), expected, key);
  }
});
