import { assert, assertEquals } from "@std/assert";
import { EventCounterError, EXIT, messageOf } from "../../src/model/errors.ts";

Deno.test("EventCounterError is an Error with a code, a name and a cause", {
  permissions: "none",
}, () => {
  const cause = new Error("deep down");
  const error = new EventCounterError(EXIT.ioError, "Cannot write", { cause });

  assert(error instanceof Error);
  assertEquals(
    [error.name, error.exitCode, error.message, error.cause],
    ["EventCounterError", 74, "Cannot write", cause],
  );
});

Deno.test("EventCounterError has a message of one line", {
  permissions: "none",
}, () => {
  const { message } = new EventCounterError(
    EXIT.usage,
    "\n first \n\n   second\r\nthird\r fourth\n",
  );

  assertEquals(message, "first second third fourth");
});

Deno.test("messageOf() gives the message of anything thrown, on one line", {
  permissions: "none",
}, () => {
  assertEquals(
    [new Error("a\nb"), "c\nd", 7, null, undefined, { toString: () => "e" }]
      .map(messageOf),
    ["a b", "c d", "7", "null", "undefined", "e"],
  );
});

Deno.test("messageOf() leaves out what Deno adds to the words of the system", {
  permissions: "none",
}, () => {
  assertEquals(
    [
      "No such file or directory (os error 2): open 'out/a'",
      "Permission denied (os error 13): rename 'out/a' -> 'out/b'",
      "No space left on device (os error 28)",
      "it said (os error 2): twice",
    ].map((text) => messageOf(new Error(text))),
    [
      "No such file or directory (os error 2)",
      "Permission denied (os error 13)",
      "No space left on device (os error 28)",
      "it said (os error 2): twice",
    ],
  );
});

Deno.test("messageOf() advises no flag of Deno's", {
  permissions: "none",
}, () => {
  const message = messageOf(
    new Error(
      'Requires all access to "/dev/stdin", run again with the --allow-all flag',
    ),
  );
  assertEquals(
    message,
    "this program has no permission to use it (Deno gives none for folders of the system such as /dev, /proc and /sys)",
  );
});

Deno.test("EXIT has the codes that the command line promises", {
  permissions: "none",
}, () => {
  assertEquals({ ...EXIT }, {
    done: 0,
    unexpected: 1,
    usage: 2,
    badInput: 65,
    brokerUnreachable: 69,
    cannotCreateOutput: 73,
    ioError: 74,
    inUse: 75,
    brokerRefused: 76,
    loginRefused: 77,
  });
});
