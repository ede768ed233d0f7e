import { assertEquals } from "@std/assert";
import { byCodePoint } from "../../src/model/counts.ts";
import { everySequence } from "../support/every_sequence.ts";
import { bytes } from "../support/messages.ts";

/** Both sides of every border where UTF-16 and code points disagree. */
const characters = [
  "\0",
  "a",
  "b",
  "\u{d7ff}",
  "\u{e000}",
  "\u{fffd}",
  "\u{ffff}",
  "\u{10000}",
  "\u{1f600}",
  "\u{1f601}",
  "\u{10ffff}",
];

Deno.test("byCodePoint() orders as the bytes of UTF-8 do", {
  permissions: "none",
}, () => {
  const texts = [...everySequence(characters, 2)].map((text) => text.join(""));
  for (const left of texts) {
    for (const right of texts) {
      assertEquals(
        Math.sign(byCodePoint(left, right)),
        compareBytes(bytes(left), bytes(right)),
        JSON.stringify([left, right]),
      );
    }
  }
});

Deno.test("byCodePoint() puts an emoji after U+FFFD, unlike sort()", {
  permissions: "none",
}, () => {
  const users = ["\u{1f600}", "\u{fffd}", "ab", "a", "b"];

  assertEquals(
    users.toSorted(byCodePoint),
    ["a", "ab", "b", "\u{fffd}", "\u{1f600}"],
  );
  assertEquals(users.toSorted().at(-1), "\u{fffd}");
});

/** UTF-8 was made so that its bytes sort as the code points do. */
function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (let i = 0;; i++) {
    const a = left[i] ?? -1, b = right[i] ?? -1;
    if (a !== b) return a < b ? -1 : 1;
    if (a === -1) return 0;
  }
}
