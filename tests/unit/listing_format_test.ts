import { assert, assertEquals } from "@std/assert";
import widthOf from "string-width";
import { formatListing } from "../../src/cli/listing_format.ts";
import type { Listing } from "../../src/inspect/listing.ts";
import { test } from "../support/pure.ts";

async function tableOf(users: readonly string[]): Promise<string[]> {
  async function* pages(): Listing["pages"] {
    yield await Promise.resolve(users.map((user) => ({ user, count: 1 })));
  }
  const texts = formatListing(
    { columns: ["user", "count"], pages: pages() },
    "table",
  );
  return (await Array.fromAsync(texts)).join("").split("\n").slice(1, -1);
}

test("the columns of a table are as wide as a terminal shows them, whatever names are made of", async () => {
  assertEquals(await tableOf(["ann", "日本語", "👩‍👩‍👧", "e\u0301"]), [
    "ann         1",
    "日本語      1",
    "👩‍👩‍👧          1",
    "e\u0301           1",
  ]);
  assertEquals(await tableOf(["b".repeat(81)]), [`${"b".repeat(79)}…      1`]);
  const [long, short] = await tableOf(["日".repeat(60), "x\u2028\x9b"]);
  assertEquals(long, `${"日".repeat(39)}…       1`);
  assertEquals(short, `x\\u2028\\u009b${" ".repeat(67)}      1`);
});

test("a table for a terminal fits it: empty columns go, gaps shrink, and the widest texts are cut", async () => {
  async function* pages(): Listing["pages"] {
    yield await Promise.resolve([
      { reason: "bad_json", key: "k".repeat(30), body: "b".repeat(70), row: 1 },
      { reason: "bad_id", key: "日".repeat(20), body: "x", row: 12_345 },
    ]);
  }
  const columns = ["reason", "key", "body", "headers", "row"];
  const shown = async (room: number) =>
    (await Array.fromAsync(
      formatListing({ columns, pages: pages() }, "table", room),
    )).join("").trimEnd().split("\n");
  assertEquals(await shown(60), [
    "reason   key                   body                      row",
    `bad_json ${"k".repeat(20)}… ${"b".repeat(21)}…      1`,
    `bad_id   ${"日".repeat(10)}… x                      12,345`,
  ]);
  for (let room = 33; room < 150; room++) {
    for (const line of await shown(room)) assert(widthOf(line) <= room, line);
  }
  // Fewer columns than that cannot be.
  assertEquals((await shown(10))[0], "reason   key      body        row");
});

test("a table of one page with 130,000 rows has as many lines, and one for the names", async () => {
  const users = Array.from({ length: 130_000 }, () => "ann");
  assertEquals((await tableOf(users)).length, users.length);
});
