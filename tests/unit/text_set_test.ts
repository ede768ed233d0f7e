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
