import { assertEquals, assertNotEquals } from "@std/assert";
import { EventCounterError, EXIT, messageOf } from "../../src/model/errors.ts";
import { fingerprintOf } from "../../src/model/fingerprint.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

test("an error is told on one line, without what Deno adds to it", () => {
  const { message } = new EventCounterError(
    EXIT.usage,
    "\n a \n\n b\r\nc\rd\n",
  );
  assertEquals(message, "a b c d");
  assertEquals(
    [
      new Error("a\nb"),
      undefined,
      new Error("No such file or directory (os error 2): open 'out/a'"),
      new Error("Permission denied (os error 13): rename 'a' -> 'b'"),
      new Error(
        'Requires env access to "HOME", run again with the --allow-env flag',
      ),
    ].map(messageOf),
    [
      "a b",
      "undefined",
      "No such file or directory (os error 2)",
      "Permission denied (os error 13)",
      'this program has no permission for "HOME" (env)',
    ],
  );
});

test("a fingerprint tells where the routing key ends, properties and body begin", () => {
  assertEquals(
    fingerprintOf("ab", bytes("c")),
    fingerprintOf("ab", bytes("c")),
  );
  for (const [key, body] of [["a", "bc"], ["abc", ""], ["ab", "d"]] as const) {
    assertNotEquals(
      fingerprintOf("ab", bytes("c")),
      fingerprintOf(key, bytes(body)),
    );
  }
  const [one, two] = ["1", "2"].map((id) =>
    fingerprintOf("ab", bytes("c"), { messageId: id })
  );
  assertNotEquals(one, two);
  assertNotEquals(one, fingerprintOf("ab", bytes('{"messageId":"1"}c')));
});
