import { assertEquals } from "@std/assert";
import { SeenIds } from "../../src/ledger/seen/seen_ids.ts";
import { packUuids, parseUuid } from "../../src/model/uuid.ts";
import { uuid } from "../support/messages.ts";
import { test } from "../support/pure.ts";

test("SeenIds takes each id once, whatever its form", () => {
  const seen = new SeenIds();
  const keys = () => [
    parseUuid(uuid(0xabc))!,
    parseUuid(uuid(0))!,
    uuid(0xabc).toUpperCase(),
    "17",
    "__proto__",
    "",
  ];

  assertEquals(keys().map((key) => seen.has(key)), keys().map(() => false));
  assertEquals(keys().map((key) => seen.add(key)), keys().map(() => true));
  assertEquals(keys().map((key) => seen.has(key)), keys().map(() => true));
  assertEquals(keys().map((key) => seen.add(key)), keys().map(() => false));
  assertEquals(seen.size, 6);
});

test("SeenIds knows what was loaded", () => {
  const seen = new SeenIds();
  seen.addPacked(packUuids([1, 2].map((number) => parseUuid(uuid(number))!)));
  seen.add("text");

  assertEquals(
    [uuid(1), uuid(2), uuid(3)].map((text) => seen.add(parseUuid(text)!)),
    [false, false, true],
  );
  assertEquals(seen.add("text"), false);
  assertEquals(seen.size, 4);
});
