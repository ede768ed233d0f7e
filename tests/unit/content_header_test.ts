import { assertEquals } from "@std/assert";
import { readContentHeader } from "../../src/source/amqp/content_header.ts";
import { bytes } from "../support/messages.ts";
import { field, FIELDS } from "../support/field_tags.ts";
import { test } from "../support/pure.ts";

const HEADERS = 0x2000;

/** The payload of a header frame for a body of 258 bytes. */
function payload(flags: number, ...properties: number[]): Uint8Array {
  const size = [0, 0, 0, 0, 0, 0, 1, 2];
  return new Uint8Array([
    ...[0, 60, 0, 0, ...size, flags >> 8, flags & 0xff],
    ...properties,
  ]);
}

const table = (...fields: number[]) => [
  ...[0, 0, fields.length >> 8, fields.length & 0xff],
  ...fields,
];

function headersOf(...fields: number[]): unknown {
  const { headers } = readContentHeader(payload(HEADERS, ...table(...fields)))
    .properties;
  return { ...(headers as Record<string, unknown>) };
}

for (const [tag, [, value]] of Object.entries(FIELDS)) {
  test(`readContentHeader() reads a header with the tag ${tag}, and the next`, () => {
    const headers = headersOf(...field("it", tag), ...field("next", "b"));

    // A table has no prototype, so that no name in it means anything.
    const value_ = tag === "F"
      ? Object.assign(Object.create(null), value)
      : value;
    assertEquals(headers, { it: value_, next: -1 });
  });
}

test("readContentHeader() leaves out what it cannot read, and what follows it in the same table", () => {
  const unknown = [1, 63, "?".charCodeAt(0), 1, 2, 3];
  const nested = [1, 102, "F".charCodeAt(0), ...table(...unknown)];

  assertEquals(
    headersOf(...field("a", "b"), ...unknown, ...field("z", "b")),
    { a: -1 },
  );
  assertEquals(
    headersOf(...field("a", "b"), ...nested, ...field("z", "b")),
    { a: -1, f: Object.create(null), z: -1 },
  );
  // A text that claims to be longer than its table.
  const short = [1, 115, "S".charCodeAt(0), 0, 0, 0, 9, 65];
  assertEquals(headersOf(...short), { s: "A" });
});

test("readContentHeader() reads every property, in the order of the flags", () => {
  const text = (name: string) => [name.length, ...bytes(name)];

  const header = readContentHeader(payload(
    0xfffc,
    ...text("content"),
    ...text("encoding"),
    ...table(...field("it", "b")),
    ...[2, 9],
    ...["correlation", "reply", "expiration", "message"].flatMap(text),
    ...FIELDS.T![0],
    ...["type", "user", "app", "cluster"].flatMap(text),
  ));

  assertEquals(header, {
    classId: 60,
    size: 258,
    properties: {
      contentType: "content",
      contentEncoding: "encoding",
      headers: Object.assign(Object.create(null), { it: -1 }),
      deliveryMode: 2,
      priority: 9,
      correlationId: "correlation",
      replyTo: "reply",
      expiration: "expiration",
      messageId: "message",
      timestamp: 0x6000_0000,
      type: "type",
      userId: "user",
      appId: "app",
      clusterId: "cluster",
    },
  });
  assertEquals(readContentHeader(payload(0)).properties, {});
});
