import { assertEquals } from "@std/assert";
import { BODY_LIMIT } from "../../src/decode/body.ts";
import { Decoder } from "../../src/decode/decoder.ts";
import { deliveryOf, event, raw } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const UUID = "0f47ac10-58cc-4372-a567-0e02b2c3d479";
const decoder = new Decoder(new Set(["created", "updated", "deleted"]));

test("decode() rejects an empty user and other bad keys, whatever the body", () => {
  for (
    const body of [`{"id":"${UUID}"}`, "no JSON", "x".repeat(BODY_LIMIT + 1)]
  ) {
    assertEquals(outcome(raw(".event.created", body)), "bad_routing_key");
    assertEquals(outcome(raw("", body)), "bad_routing_key");
    assertEquals(outcome(raw("user.event.renamed", body)), "unknown_type");
  }
});

test("decode() rejects what the source could not read", () => {
  const delivery = deliveryOf(event("user", "created", UUID));

  assertEquals(decoder.decode({ ...delivery, malformed: true }), "bad_json");
});

test("decode() gives the same answer for a key it has met before", () => {
  const many = new Decoder("any");
  // More keys than it remembers, so that it forgets some in between.
  for (const round of [1, 2]) {
    for (let i = 0; i < 66_000; i++) {
      const decoded = many.decode(deliveryOf(event(`u${i}`, "t", `${round}`)));
      if (typeof decoded === "string" || decoded.userId !== `u${i}`) {
        throw new Error(`user u${i} became ${JSON.stringify(decoded)}`);
      }
    }
  }
});

function outcome(message: Parameters<typeof deliveryOf>[0]): unknown {
  const decoded = decoder.decode(deliveryOf(message));
  return typeof decoded === "string" ? decoded : decoded.id;
}
