/** Whatever bytes come in, against models of a few lines. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decoder } from "../../src/decode/decoder.ts";
import { modelOfBody } from "../support/body_model.ts";
import { bytes, deliveryOf } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const TYPES = ["created", "updated"];

/** What a delivery decodes to: the event's parts, or the reason. */
function model(routingKey: string, body: Uint8Array): string {
  const [, user, type] = /^([^]+)\.event\.([^.]+)$/.exec(routingKey) ?? [];
  // U+FFFD is what bytes that are no UTF-8 have become on the way.
  if (
    user === undefined || !routingKey.isWellFormed() ||
    routingKey.includes("\ufffd")
  ) {
    return "bad_routing_key";
  }
  if (!TYPES.includes(type!)) return "unknown_type";
  const outcome = modelOfBody(body);
  return typeof outcome === "string"
    ? outcome
    : JSON.stringify([user, type, outcome.id]);
}

const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.tuple(fc.string(), fc.constantFrom("event", "", "Event"), fc.string())
    .map((words) => words.join(".")),
  fc.tuple(
    fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("caf\ufffd")),
    fc.constantFrom(...TYPES, "renamed", ""),
  ).map(([user, type]) => `${user}.event.${type}`),
);

const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.string({ unit: "binary", maxLength: 1_100 }),
);

/** A good body with one byte changed is the likeliest to be misread. */
const nearlyGood = fc.tuple(
  fc.oneof(id.map((id) => ({ id })), fc.record({ other: fc.string(), id })),
  fc.nat(60),
  fc.nat(255),
).map(([object, at, byte]) => {
  const body = bytes(JSON.stringify(object));
  if (at < body.length) body[at] = byte;
  return body;
});

const body = fc.oneof(
  fc.uint8Array().map((array) => new Uint8Array(array)),
  fc.json().map(bytes),
  fc.oneof(id, fc.jsonValue()).map((id) => bytes(JSON.stringify({ id }))),
  nearlyGood,
);

test("decoding never throws and never mis-assigns, whatever bytes come", () => {
  const decoder = new Decoder(new Set(TYPES));
  fc.assert(
    fc.property(key, body, (routingKey, body) => {
      const decoded = decoder.decode(deliveryOf({ routingKey, body }));
      const told = typeof decoded === "string"
        ? decoded
        : JSON.stringify([decoded.userId, decoded.type, decoded.id]);
      assertEquals(told, model(routingKey, body));
    }),
    { numRuns: 5_000 },
  );
});
