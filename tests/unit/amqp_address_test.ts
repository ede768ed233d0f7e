import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import { maskPassword } from "../../src/model/mask_password.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { test } from "../support/pure.ts";

const DEFAULTS = {
  protocol: "amqp",
  hostname: "host",
  port: 5672,
  username: "guest",
  password: "guest",
  vhost: "/",
  heartbeat: 10,
};

const readings: Record<string, Partial<typeof DEFAULTS>> = {
  "amqp://host": {},
  "amqp://host/": {},
  "amqp://host/%2f": {},
  "amqp://host/%2F": {},
  "AMQP://host": {},
  "amqp://host:5673": { port: 5673 },
  "amqp://host:5672/v": { vhost: "v" },
  "amqp://host/a%2Fb": { vhost: "a/b" },
  "amqp://host/v%20w": { vhost: "v w" },
  "amqp://host/%C3%BC": { vhost: "ü" },
  "amqp://user:secret@host": { username: "user", password: "secret" },
  "amqp://user@host": { username: "user", password: "" },
  "amqp://:secret@host": { username: "", password: "secret" },
  "amqp://a%40b:c%3Ad%2Fe@host": { username: "a@b", password: "c:d/e" },
  "amqp://user:p%25@host": { username: "user", password: "p%" },
  "amqp://user:p@ss:w@host": { username: "user", password: "p@ss:w" },
  "amqps://host": { protocol: "amqps", port: 5671 },
  "amqps://host:5672/v": { protocol: "amqps", vhost: "v" },
  "amqp://127.0.0.1": { hostname: "127.0.0.1" },
  "amqp://[::1]:5673": { hostname: "::1", port: 5673 },
  "amqp://[2001:db8::1]/v": { hostname: "2001:db8::1", vhost: "v" },
  "amqp://host?heartbeat=0": { heartbeat: 0 },
  "amqp://host/v?heartbeat=30": { vhost: "v", heartbeat: 30 },
  "amqp://host/v?other=1": { vhost: "v" },
};

for (const [url, reading] of Object.entries(readings)) {
  test(`parseAmqpAddress() reads ${url}`, () => {
    const { masked: _, ...address } = parseAmqpAddress(url);
    assertEquals<unknown>(address, { ...DEFAULTS, ...reading });
  });
}

const refused: Record<string, string> = {
  "": "it is no URL",
  "host": "it is no URL",
  "host:5672": 'its scheme is "host"',
  "http://host": 'its scheme is "http" and must be "amqp"',
  "amqp://": "it names no host",
  "amqp:///v": "it names no host",
  "amqp://host:port": "it is no URL",
  "amqp://host:65536": "it is no URL",
  "amqp://host/%zz": "percent sign",
  "amqp://user:%@host": "percent sign",
  "amqp://user%f:x@host": "percent sign",
  "amqp://host?heartbeat=": 'its heartbeat is ""',
  [`amqp://host/${"%C3%BC".repeat(128)}`]: "more than 255 bytes",
  "amqp://host?heartbeat=10s": 'its heartbeat is "10s"',
  "amqp://host?heartbeat=-1": 'its heartbeat is "-1"',
};

for (const [url, why] of Object.entries(refused)) {
  test(`parseAmqpAddress() refuses "${url}" with exit code 2`, () => {
    const error = assertThrows(
      () => parseAmqpAddress(url),
      EventCounterError,
      why,
    );
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("\n"));
    assert(error.message.includes(`"${maskPassword(url)}"`), error.message);
  });
}

/** In each, a part of the user or the password passes for another part. */
const misread = [
  "amqp://u:abc@Secret/rest@host",
  "amqp://u:abc/Secret@host:5672/v",
  "amqp://u:1/Secret@host",
  "amqp://u:1?Secret@host",
  "amqp://u:abc#Secret@host",
  "amqp://Secret/u:abc@host",
  "amqps://u:abc@host/Secret@v",
];

for (const url of misread) {
  test(`parseAmqpAddress() refuses ${url}, and shows neither user nor password`, () => {
    const error = assertThrows(
      () => parseAmqpAddress(url),
      EventCounterError,
    );
    assertEquals(error.exitCode, 2);
    assertMatch(
      error.message,
      /^Cannot use the AMQP URL "amqps?:\/\/\*\*\*@(host|v)[^"]*": each of .* must be percent-encoded/,
    );
  });
}

/** What people write: each is a mistake, or a way that the parser forgives. */
const leaky = [
  "amqp://john@example.com:secret@host",
  " amqp://user:secret@host",
  "amqp:user:secret@host",
  "amqp:/user:secret@host",
  "//user:secret@host",
  "user:secret@host:5672",
  "amqp0-9-1://user:secret@host",
  '"amqp://user:secret@host"',
  "AMQP_URL=amqp://user:secret@host",
];

for (const url of leaky) {
  test(`no message shows the password of ${url}`, () => {
    let shown: string;
    try {
      shown = parseAmqpAddress(url).masked;
    } catch (error) {
      shown = (error as Error).message;
    }
    assert(!shown.includes("secret"), shown);
  });
}

test("user, password and virtual host of any characters come through encoded", () => {
  const codes = Array.from({ length: 0x2100 }, (_, code) => code);
  for (const code of [...codes, 0xfffd, 0x1f600, 0x10ffff]) {
    const text = `a${String.fromCodePoint(code)}@:/`;
    const encoded = encodeURIComponent(text);
    const url = `amqp://${encoded}:${encoded}@host/${encoded}`;

    const { username, password, vhost, hostname, masked } = parseAmqpAddress(
      url,
    );

    assertEquals([username, password, vhost], [text, text, text]);
    assertEquals(hostname, "host");
    assertEquals(masked, `amqp://${encoded}:***@host/${encoded}`);
  }
});
