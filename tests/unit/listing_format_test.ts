import { assertEquals } from "@std/assert";
import { formatListing } from "../../src/cli/listing_format.ts";
import type { Listing } from "../../src/inspect/listing.ts";
import { test } from "../support/pure.ts";

async function tableOf(...users: readonly string[]): Promise<string[]> {
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
  assertEquals(await tableOf("ann", "日本語", "👩‍👩‍👧", "e\u0301"), [
    "ann         1",
    "日本語      1",
    "👩‍👩‍👧          1",
    "e\u0301           1",
  ]);
  assertEquals(await tableOf("b".repeat(81)), [`${"b".repeat(79)}…      1`]);
  const [long, short] = await tableOf("日".repeat(60), "x\u2028\x9b");
  assertEquals(long, `${"日".repeat(39)}…      1`);
  assertEquals(short, `x\\u2028\\u009b${" ".repeat(66)}      1`);
});
