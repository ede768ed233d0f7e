import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  readMessageLine,
  writeMessageLine,
  writeRejectionLine,
} from "../../src/model/ndjson_line.ts";
import { messageProperties } from "../../src/model/message_properties.ts";
import type { RejectionReason } from "../../src/model/rejection.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: "binary" }).map(bytes),
  // A byte order mark is a part of the body, too.
  fc.string().map((text) => bytes(`\ufeff${text}`)),
).map((body) => new Uint8Array(body));

/** Any UTF-16 units, so unpaired surrogates too. */
const anyString = fc.string({
  unit: fc.oneof(
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom("\n", "\r", '"', "\\", "\u2028", "\ud83d", "\ude00", "\0"),
  ),
});

/**
 * Any, but none with a backslash: V8 15.0 takes a name that is written with an
 * escape for one it has just read that has the backslash itself.
 * `JSON.parse('{"a":1,"\\\\":0}')` makes it read `{"a":1,"\\n":0}` as the former.
 */
const anyName = fc.oneof(anyString, fc.constant("__proto__"))
  .filter((name) => !name.includes("\\"));

/** Any of them, set or not. */
const anyProperties = fc.tuple(
  fc.option(anyString, { nil: undefined }),
  fc.option(anyString, { nil: undefined }),
  fc.option(
    fc.dictionary(
      anyName,
      fc.oneof(anyString, fc.integer(), fc.boolean(), fc.constant(null)),
      { minKeys: 1, noNullPrototype: true },
    ),
    { nil: undefined },
  ),
).map((given) => messageProperties(...given));

const NEWLINE = 0x0a;

test("a message line brings back any routing key, any body and any properties", () => {
  const anyMessage = fc.record({
    routingKey: anyString,
    body: anyBytes,
    properties: anyProperties,
  }, { noNullPrototype: true });
  fc.assert(fc.property(anyMessage, (message) => {
    const line = bytes(writeMessageLine(message));

    assertEquals(line.indexOf(NEWLINE), line.length - 1, "one line");
    assertEquals(readMessageLine(line), message);
    assertEquals(readMessageLine(line.subarray(0, -1)), message);
  }));
});

test("a rejection line brings back reason and time as well", () => {
  const reason = fc.constantFrom<RejectionReason>("bad_json", "unknown_type");
  const at = fc.nat(4_000_000_000_000);
  fc.assert(
    fc.property(
      anyString,
      anyBytes,
      anyProperties,
      reason,
      at,
      (routingKey, body, properties, reason, at) => {
        const rejected = { routingKey, body, properties, reason, at };
        const fingerprint = new Uint8Array(16);
        const line = bytes(writeRejectionLine({ ...rejected, fingerprint }));

        assertEquals(line.indexOf(NEWLINE), line.length - 1, "one line");
        assertEquals(readMessageLine(line), rejected);
      },
    ),
  );
});

test("a rejection line has its members in their order", () => {
  const rejection = {
    at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    reason: "bad_json",
    routingKey: "a.event.created",
    fingerprint: new Uint8Array(16),
  } as const;

  assertEquals(
    writeRejectionLine({ ...rejection, body: bytes('{"id":') }),
    '{"time":"2026-01-02T03:04:05.006Z","reason":"bad_json",' +
      '"routingKey":"a.event.created","body":"{\\"id\\":"}\n',
  );
  const properties = messageProperties("7", "gzip", { seq: "x" });
  const body = new Uint8Array([0xff, 0x00]);
  assertEquals(
    writeRejectionLine({ ...rejection, body, properties }),
    '{"time":"2026-01-02T03:04:05.006Z","reason":"bad_json",' +
      '"routingKey":"a.event.created","messageId":"7",' +
      '"contentEncoding":"gzip","headers":{"seq":"x"},"bodyBase64":"/wA="}\n',
  );
});

test("readMessageLine() takes an object for its JSON", () => {
  const read = (body: string) =>
    readMessageLine(bytes(`{"routingKey":"a.event.created","body":${body}}`));

  for (const json of ['{"id":"1","more":[1,null]}', "{}", "[]", '["a"]']) {
    assertEquals(read(json), {
      routingKey: "a.event.created",
      body: bytes(json),
      properties: undefined,
    });
  }
});

test("readMessageLine() takes properties that are no texts for missing, and headers that are neither texts, numbers nor truths for null", () => {
  const read = (members: string) =>
    readMessageLine(bytes(`{"routingKey":"k","body":"b",${members}}`))
      ?.properties;

  assertEquals(read('"messageId":7,"contentEncoding":null'), undefined);
  assertEquals(read('"headers":[]'), undefined);
  assertEquals(
    read('"headers":{"a":[1],"b":{},"c":2}'),
    messageProperties(undefined, undefined, { a: null, b: null, c: 2 }),
  );
});

test("readMessageLine() gives a rejection of unknown time the time 0", () => {
  for (const time of ['"yesterday"', "null", "{}"]) {
    assertEquals(
      readMessageLine(
        bytes(
          `{"routingKey":"k","body":"b","reason":"bad_id","time":${time}}`,
        ),
      ),
      {
        routingKey: "k",
        body: bytes("b"),
        properties: undefined,
        reason: "bad_id",
        at: 0,
      },
    );
  }
});

test("readMessageLine() tells lines that are no message", () => {
  const lines = [
    "",
    " ",
    "no JSON",
    "{",
    "null",
    "1",
    '"text"',
    "[]",
    "{}",
    '{"routingKey":"k"}',
    '{"body":"b"}',
    '{"routingKey":1,"body":"b"}',
    '{"routingKey":null,"body":"b"}',
    '{"routingKey":"k","body":1}',
    '{"routingKey":"k","body":null}',
    '{"routingKey":"k","body":true}',
    '{"routingKey":"k","bodyBase64":1}',
    '{"routingKey":"k","body":"b"} {"routingKey":"k","body":"b"}',
    "routingKey,body",
  ];

  for (const line of lines) {
    assertEquals(readMessageLine(bytes(line)), undefined, line);
  }
  const invalidUtf8 = bytes('{"routingKey":"k","body":"?"}');
  invalidUtf8[invalidUtf8.indexOf(0x3f)] = 0xff;
  assertEquals(readMessageLine(invalidUtf8), undefined);
  // Whatever else comes is one or none, and never an error.
  const line = fc.oneof(anyBytes, fc.json().map(bytes));
  fc.assert(fc.property(line, (line) => void readMessageLine(line)));
});
