import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseKeyPattern } from "../../src/decode/key_pattern.ts";
import { readRoutingKey } from "../../src/decode/routing_key.ts";
import { test } from "../support/pure.ts";

const TYPES = new Set(["created", "a"]);
const words = ["created", "a", "event", "", "<user>", "\n", "\u{1f600}"];

const pattern = fc.tuple(
  fc.array(fc.constantFrom<string>("*", "a", "event", "(|a)"), {
    maxLength: 3,
  }),
  fc.nat(3),
  fc.nat(4),
).map(([others, type, user]) =>
  others.toSpliced(type, 0, "<type>").toSpliced(user, 0, "<user>").join(".")
);

/** The slow way: a regular expression, in which the user takes what it can. */
function model(pattern: string, routingKey: string): unknown {
  const expression = pattern.split(".").map((word) =>
    ({ "<user>": "(?<userId>[^]+)", "<type>": "(?<type>[^.]+)", "*": "[^.]*" })[
      word
    ] ?? RegExp.escape(word)
  );
  const { groups } = new RegExp(`^${expression.join("\\.")}$`)
    .exec(routingKey) ?? {};
  if (groups === undefined) return "bad_routing_key";
  return TYPES.has(groups.type!) ? { ...groups } : "unknown_type";
}

test("keys are read by a pattern as a regular expression would", () => {
  const key = fc.array(fc.constantFrom(...words), { maxLength: 7 })
    .map((words) => words.join("."));
  fc.assert(
    fc.property(pattern, key, (pattern, key) => {
      const read = readRoutingKey(key, TYPES, parseKeyPattern(pattern)!);
      assertEquals<unknown>(read, model(pattern, key), `${pattern}: ${key}`);
    }),
    { numRuns: 20_000 },
  );
});

test("the binding key of a pattern has one word for the user", () => {
  for (
    const [pattern, binding] of [
      ["<user>.event.<type>", "*.event.*"],
      ["shop.<type>.*.<user>", "shop.*.*.*"],
      ["<type>.<user>.a b.\u{1f600}", "*.*.a b.\u{1f600}"],
    ] as const
  ) assertEquals(parseKeyPattern(pattern)?.binding, binding);
});

test("what is no pattern is refused", () => {
  for (
    const text of [
      "",
      "<user>",
      "<type>.event",
      "<user>.<user>.<type>",
      "<user>.<type>.<type>",
      "<user>..<type>",
      "<user>.<type>.",
      "<user>.#.<type>",
      "<user>.event-<type>",
      "<user>.<id>.<type>",
      "<User>.<type>",
      "<user>.ev*.<type>",
      `<user>.<type>.${"x".repeat(252)}`,
    ]
  ) assertEquals(parseKeyPattern(text), undefined, text);
});
