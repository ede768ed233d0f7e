import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseUuid } from "../../../src/model/uuid.ts";
import { Random } from "../../../src/publish/random.ts";
import { test } from "../../support/pure.ts";

test("Random.below() stays below n and reaches all of it evenly", () => {
  const random = new Random(7);
  const drawn = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 60_000; i++) drawn[random.below(6)]!++;
  // Six standard deviations: of a fair die one in a billion is outside.
  for (const count of drawn) assert(Math.abs(count - 10_000) < 550, `${drawn}`);
});

test("Random.below() draws evenly from more than half of its range", () => {
  // Without care the first third would come twice as often as the others.
  const n = 3 * 2 ** 30;
  const random = new Random(8);
  let low = 0;
  for (let i = 0; i < 9_000; i++) if (random.below(n) < n / 3) low++;
  assert(Math.abs(low - 3_000) < 270, `${low}`);
});

test("Random.uuid() makes canonical UUIDs of version 4", () => {
  const random = new Random(10);
  const uuids = Array.from({ length: 1_000 }, () => random.uuid());
  for (const uuid of uuids) {
    assertMatch(
      uuid,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assertEquals(parseUuid(uuid)?.toString(), uuid);
  }
  assertEquals(new Set(uuids).size, uuids.length);
});
