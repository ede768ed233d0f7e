import { assertEquals } from "@std/assert";
import { failureOf } from "../../src/cli/failure.ts";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";

// Naming the variable whose value is no UTF-8 takes reading the variables.
const permissions = "none";

const messages: Readonly<Record<string, string>> = {
  'Unknown command "amqp://u:secret@h".': 'Unknown command "amqp://u:***@h".',
  'Cannot read "amqp://u:se cr@et@h/v"; check it':
    'Cannot read "amqp://u:***@h/v"; check it',
  "Cannot reach the broker at amqp://h:5672: refused":
    "Cannot reach the broker at amqp://h:5672: refused",
  "Cannot choose: AMQP_URL (amqp://u:***@h) and AMQP_URL_FILE":
    "Cannot choose: AMQP_URL (amqp://u:***@h) and AMQP_URL_FILE",
  "at postgres://u:secret@h:1/d, and at amqps://v:other@i.":
    "at postgres://u:***@h:1/d, and at amqps://v:***@i.",
  "give one like amqp://user:password@host:5672/vhost":
    "give one like amqp://user:password@host:5672/vhost",
  "lost amqp://u:secret@h: a@b said so": "lost amqp://u:***@h: a@b said so",
  "see sqlite:PATH or a:b@c": "see sqlite:PATH or a:b@c",
};

for (const [message, masked] of Object.entries(messages)) {
  Deno.test(`failureOf() masks passwords in: ${masked}`, {
    permissions,
  }, () => {
    assertEquals(
      failureOf(new EventCounterError(EXIT.inUse, message)),
      { exitCode: EXIT.inUse, message: masked },
    );
  });
}

Deno.test("failureOf() takes what nobody foresaw for an error of the program", {
  permissions,
}, () => {
  assertEquals(failureOf("amqp://u:secret@h"), {
    exitCode: EXIT.unexpected,
    message:
      "Unexpected: amqp://u:***@h; please report it, with what led to it",
  });
});
