import { assertEquals } from "@std/assert";
import { Decoder } from "../../src/decode/decoder.ts";
import { parseIdPlace } from "../../src/decode/id_place.ts";
import type { MessageProperties } from "../../src/model/message_properties.ts";
import { deliveryOf, raw, uuid } from "../support/messages.ts";
import { test } from "../support/pure.ts";

/** What becomes of a message: its id, told from a reason by its brackets. */
function outcome(
  place: string,
  body: string,
  properties?: MessageProperties,
): string {
  const decoder = new Decoder(new Set(["t"]), { id: parseIdPlace(place)! });
  const decoded = decoder
    .decode({ ...deliveryOf(raw("u.event.t", body)), properties });
  return typeof decoded === "string" ? decoded : `[${decoded.id}]`;
}

test("an id is found wherever json: says, and nowhere else", () => {
  const body = `{"id":"1","a":{"id":"2","b.c":[{"~/":"${uuid(3)}"}]},` +
    '"":"4","__proto__":{"x":"5"},"n":6,"empty":""}';
  for (
    const [place, found] of [
      ["json:id", "[1]"],
      ["json:a.id", "[2]"],
      ["json:/a/id", "[2]"],
      ["json:/a/b.c/0/~0~1", `[${uuid(3)}]`],
      ["json:/a/b.c/length", "missing_id"],
      ["json:/", "[4]"],
      ["json:__proto__.x", "[5]"],
      ["json:n", "bad_id"],
      ["json:a", "bad_id"],
      ["json:empty", "bad_id"],
      ["json:a.b.c", "missing_id"],
      ["json:toString", "missing_id"],
      ["json:id.length", "missing_id"],
      ["json:n.x", "missing_id"],
    ] as const
  ) assertEquals(outcome(place, body), found, place);
  assertEquals(outcome("json:/0", '["1"]'), "bad_json");
  assertEquals(outcome("json:a.id", "{"), "bad_json");
});

test("with an id in a property the body may be anything", () => {
  const named = (x: string | number | boolean | null) => ({ headers: { x } });
  for (
    const [place, properties, found] of [
      ["message-id", { messageId: uuid(7) }, `[${uuid(7)}]`],
      ["message-id", { messageId: "" }, "bad_id"],
      ["message-id", { messageId: "x\ufffd" }, "bad_id"],
      ["message-id", named("7"), "missing_id"],
      ["message-id", undefined, "missing_id"],
      ["header:x", { ...named("7"), contentEncoding: "gzip" }, "[7]"],
      ["header:x", named("x".repeat(1_025)), "bad_id"],
      ["header:x", named(7), "bad_id"],
      ["header:x", named(null), "bad_id"],
      ["header:y", named("7"), "missing_id"],
      ["header:toString", named("7"), "missing_id"],
      ["header:x", { messageId: "7" }, "missing_id"],
    ] as const
  ) {
    for (const body of ["", "no JSON", '{"id":"1"}']) {
      assertEquals(outcome(place, body, properties), found, place);
    }
  }
});

test("what is no place of an id is refused", () => {
  for (
    const text of [
      "",
      "id",
      "json",
      "json:",
      "json:.",
      "json:a..b",
      "json:a.",
      "json:/a~2",
      "json:/~",
      "header:",
      `header:${"x".repeat(256)}`,
      "Message-Id",
      "message-id:x",
      "property:x",
    ]
  ) assertEquals(parseIdPlace(text), undefined, text);
});
