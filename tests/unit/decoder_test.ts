import { assertEquals } from "@std/assert";
import { BODY_LIMIT } from "../../src/decode/body.ts";
import { Decoder } from "../../src/decode/decoder.ts";
import { bytes, deliveryOf, event, raw } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const UUID = "0f47ac10-58cc-4372-a567-0e02b2c3d479";
const decoder = new Decoder(new Set(["created", "updated", "deleted"]));

const users = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "a.b.c",
  "john.doe@example.com",
  "\u{1f600}",
  "u".repeat(200),
  "ü".repeat(100),
  "\0",
  "user.event.created",
];

for (const user of users) {
  test(
    `decode() takes ${
      JSON.stringify(user).slice(0, 30)
    } for a user like any other`,
    () => {
      assertEquals(outcome(event(user, "updated", UUID)), {
        userId: user,
        type: "updated",
        id: UUID,
      });
    },
  );
}

test("decode() keeps every spelling of an id apart", () => {
  const ids = [UUID, UUID.toUpperCase(), `{${UUID}}`, "1", "01", "1.0", " 1"];

  const keys = ids.map((id) => {
    const decoded = decoder.decode(deliveryOf(event("a", "created", id)));
    return typeof decoded === "string" ? decoded : decoded.key;
  });

  assertEquals(keys.map(String), ids);
  assertEquals(new Set(keys.map(String)).size, ids.length);
  assertEquals(
    keys.map((key) => typeof key),
    ["object", "string", "string", "string", "string", "string", "string"],
  );
});

/** A body of exactly so many bytes that holds an id. */
function bodyOfSize(size: number): string {
  const frame = '{"id":"1","filler":""}';
  return frame.replace('""', `"${"x".repeat(size - frame.length)}"`);
}

const withId = (id: unknown) => JSON.stringify({ id });

const accepted: Record<string, string> = {
  "an id that looks like a number": withId("17"),
  "an id of one character": withId("x"),
  "an id of 1,024 bytes": withId("x".repeat(1_024)),
  "an id of 1,024 bytes in 512 characters": withId("ü".repeat(512)),
  "an id named __proto__": withId("__proto__"),
  "other members": '{"a":[{}],"id":"1","b":null,"__proto__":{"id":2}}',
  "white space around": ' \n{"id":"1"}\r\n',
  "a byte order mark": '\ufeff{"id":"1"}',
  "exactly 1 MiB": bodyOfSize(BODY_LIMIT),
};

for (const [what, body] of Object.entries(accepted)) {
  test(`decode() accepts a body with ${what}`, () => {
    const { id } = JSON.parse(body.replace("\ufeff", ""));
    assertEquals(
      outcome(raw("user.event.created", body)),
      { userId: "user", type: "created", id },
    );
  });
}

const rejected: Record<string, [reason: string, body: string | number[]]> = {
  "an id of 1,025 bytes": ["bad_id", withId("x".repeat(1_025))],
  "an id of 1,025 bytes in 513 characters": [
    "bad_id",
    withId("ü".repeat(512) + "x"),
  ],
  "an empty id": ["bad_id", withId("")],
  "a number for an id": ["bad_id", withId(1)],
  "null for an id": ["bad_id", withId(null)],
  "true for an id": ["bad_id", withId(true)],
  "an object for an id": ["bad_id", withId({ id: "1" })],
  "a list for an id": ["bad_id", withId(["1"])],
  "no id": ["missing_id", "{}"],
  "an id in another member only": ["missing_id", '{"event":{"id":"1"}}'],
  "an inherited id only": ["missing_id", '{"__proto__":{"id":"1"}}'],
  "nothing in it": ["bad_json", ""],
  "null": ["bad_json", "null"],
  "a list": ["bad_json", "[]"],
  "a list of an event": ["bad_json", '[{"id":"1"}]'],
  "a text": ["bad_json", '"id"'],
  "a number": ["bad_json", "1"],
  "truncated JSON": ["bad_json", `{"id":"${UUID}"`],
  "two objects": ["bad_json", '{"id":"1"}{"id":"2"}'],
  "single quotes": ["bad_json", "{'id':'1'}"],
  "a trailing comma": ["bad_json", '{"id":"1",}'],
  "bytes that are no UTF-8": [
    "bad_json",
    [...bytes('{"id":"'), 0xff, ...bytes('"}')],
  ],
  "1 MiB and a byte": ["body_too_large", bodyOfSize(BODY_LIMIT + 1)],
  "2 MiB": ["body_too_large", bodyOfSize(2 * BODY_LIMIT)],
  "1 MiB and a byte of rubbish": ["body_too_large", "x".repeat(BODY_LIMIT + 1)],
};

for (const [what, [reason, body]] of Object.entries(rejected)) {
  test(`decode() rejects a body with ${what} as ${reason}`, () => {
    const content = typeof body === "string" ? body : new Uint8Array(body);
    assertEquals(outcome(raw("user.event.created", content)), reason);
  });
}

test("decode() rejects an empty user and other bad keys, whatever the body", () => {
  for (const body of [withId(UUID), "no JSON", "x".repeat(BODY_LIMIT + 1)]) {
    assertEquals(outcome(raw(".event.created", body)), "bad_routing_key");
    assertEquals(outcome(raw("", body)), "bad_routing_key");
    assertEquals(outcome(raw("user.event.renamed", body)), "unknown_type");
  }
});

test("decode() rejects what the source could not read", () => {
  const delivery = deliveryOf(event("user", "created", UUID));

  assertEquals(decoder.decode({ ...delivery, malformed: true }), "bad_json");
});

test("decode() gives the same answer for a key it has met before", () => {
  const many = new Decoder("any");
  // More keys than it remembers, so that it forgets some in between.
  for (const round of [1, 2]) {
    for (let i = 0; i < 66_000; i++) {
      const decoded = many.decode(deliveryOf(event(`u${i}`, "t", `${round}`)));
      if (typeof decoded === "string" || decoded.userId !== `u${i}`) {
        throw new Error(`user u${i} became ${JSON.stringify(decoded)}`);
      }
    }
  }
});

function outcome(message: Parameters<typeof deliveryOf>[0]): unknown {
  const decoded = decoder.decode(deliveryOf(message));
  if (typeof decoded === "string") return decoded;
  const { userId, type, id } = decoded;
  return { userId, type, id };
}
