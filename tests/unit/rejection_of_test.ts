import { assertEquals } from "@std/assert";
import { rejectionOf } from "../../src/decode/rejection_of.ts";
import { bytes, deliveryOf, raw } from "../support/messages.ts";

Deno.test("rejectionOf() keeps routing key, reason, time and the whole body", {
  permissions: "none",
}, () => {
  const { fingerprint, ...rest } = rejectionOf(
    deliveryOf(raw("key", "body")),
    "bad_json",
    17,
  );

  assertEquals(rest, {
    routingKey: "key",
    body: bytes("body"),
    reason: "bad_json",
    at: 17,
  });
  assertEquals(fingerprint.length, 16);
});

Deno.test("rejectionOf() copies the body out of the transport's buffer", {
  permissions: "none",
}, () => {
  const buffer = bytes("before body after");
  const delivery = deliveryOf(raw("key", buffer.subarray(7, 11)));

  const { body } = rejectionOf(delivery, "bad_json", 0);
  buffer.fill(0);

  assertEquals(body, bytes("body"));
  assertEquals(body.buffer.byteLength, 4);
});
