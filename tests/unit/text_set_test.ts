import { assertEquals } from "@std/assert";
import { TextSet } from "../../src/ledger/seen/text_set.ts";
import { everySequence } from "../support/every_sequence.ts";
import { test } from "../support/pure.ts";

test("TextSet answers as a Set does, however small its shards are", () => {
  const texts = ["", "__proto__", "constructor", "a", "A", "\ud83d"];
  for (const shardLimit of [1, 2, 3, 4]) {
    for (const added of everySequence(texts, 4)) {
      const set = new TextSet(shardLimit);
      const model = new Set<string>();
      for (const text of added) {
        assertEquals(set.add(text), !model.has(text));
        model.add(text);
      }
      assertEquals(set.size, model.size);
      for (const text of texts) assertEquals(set.has(text), model.has(text));
    }
  }
});

test("TextSet remembers what is in shards that are full", () => {
  const set = new TextSet(10);
  const texts = Array.from({ length: 1_000 }, (_, i) => `id ${i}`);

  for (const text of texts) assertEquals(set.add(text), true);
  for (const text of texts) assertEquals(set.add(text), false);

  assertEquals(set.size, 1_000);
});
