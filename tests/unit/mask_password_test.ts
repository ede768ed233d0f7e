import { assertEquals } from "@std/assert";
import { maskPassword } from "../../src/model/mask_password.ts";
import { test } from "../support/pure.ts";

const maskings: Record<string, string> = {
  "amqp://user:secret": "amqp://user:***",
  "amqp://user:secret/v": "amqp://user:***",
  "amqp://user:5ecret": "amqp://user:***",
  "amqp://host:5672": "amqp://host:5672",
  "amqp://host:5672?heartbeat=1": "amqp://host:5672?heartbeat=1",
  "amqp://host/a:b": "amqp://host/a:b",
  "amqp://[::1]:5673/v": "amqp://[::1]:5673/v",
  "amqp://[::1]:secret": "amqp://[::1]:***",
  "amqp://user:secret@host": "amqp://user:***@host",
  "amqp://user:secret@host:5672/v?heartbeat=1":
    "amqp://user:***@host:5672/v?heartbeat=1",
  "amqp://user:s@cr@t@host/v": "amqp://user:***@host/v",
  "amqp://user:s:cr:t@host": "amqp://user:***@host",
  "amqp://user:s/cr?t#x@host": "amqp://user:***@host",
  "amqp://user:@host": "amqp://user:***@host",
  "amqp://:secret@host": "amqp://:***@host",
  "amqp://a%40b:secret@host": "amqp://a%40b:***@host",
  "amqps://user:secret@[::1]:5671": "amqps://user:***@[::1]:5671",
  "AMQP://user:secret@host": "AMQP://user:***@host",
  "amqp://user@host/v": "amqp://user@host/v",
  "amqp://host:5672/v": "amqp://host:5672/v",
  // It could be part of a password: better too much hidden than too little.
  "amqp://user:secret@host/a@b": "amqp://user:***@b",
  "postgres://user:secret@host/d?password=secret&sslpassword=secret":
    "postgres://user:***@host/d?password=***&sslpassword=***",
  "host": "host",
};

for (const [url, masked] of Object.entries(maskings)) {
  test(`maskPassword() makes ${masked} of ${url}`, () => {
    assertEquals(maskPassword(url), masked);
  });
}
