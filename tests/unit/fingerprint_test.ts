import { assertEquals, assertNotEquals } from "@std/assert";
import { fingerprintOf } from "../../src/model/fingerprint.ts";
import { bytes } from "../support/messages.ts";

Deno.test("fingerprintOf() is the same for the same, and only for that", {
  permissions: "none",
}, () => {
  const print = (key: string, body: string) => fingerprintOf(key, bytes(body));

  assertEquals(print("key", "body"), print("key", "body"));
  for (
    const [key, body] of [
      ["key", "bodY"],
      ["kex", "body"],
      ["keyb", "ody"],
      ["ke", "ybody"],
      ["", "keybody"],
      ["keybody", ""],
      ['key"', "body"],
    ]
  ) {
    assertNotEquals(print("key", "body"), print(key!, body!), key);
  }
});

Deno.test("fingerprintOf() tells unpaired surrogates apart", {
  permissions: "none",
}, () => {
  assertNotEquals(
    fingerprintOf("\ud83d", bytes("")),
    fingerprintOf("\ufffd", bytes("")),
  );
});
