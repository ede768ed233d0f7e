import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Expectation } from "../../../src/publish/expectation.ts";
import type {
  GeneratedMessage,
  NewMessage,
} from "../../../src/publish/generated_message.ts";
import { generateMessages } from "../../../src/publish/generator.ts";
import { test } from "../../support/pure.ts";

test("Expectation equals an independent recount of what was generated", () => {
  fc.assert(fc.property(
    fc.integer({ min: 4, max: 400 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 0, max: 0xffff_ffff }),
    (size, users, seed) => {
      const messages = [...generateMessages({
        size,
        users,
        types: ["created", "updated", "deleted"],
        duplicates: 0.3,
        invalid: 0.3,
        seed,
      })];
      const files = Object.fromEntries(
        [...expect(messages).files()]
          .map(([name, text]) => [name, JSON.parse(text)]),
      );
      assertEquals(files, recount(messages));
    },
  ));
});

test("Expectation writes users by code point, two spaces, a final newline", () => {
  const users = ["b", "\u{1f600}", "\uffff", "10", "9", "__proto__", 'q"', "b"];
  const events = users.map((user) => event(user, "created"));
  const files = [...expect(events).files()];
  assertEquals(files, [[
    "created.json",
    '{\n  "10": 1,\n  "9": 1,\n  "__proto__": 1,\n  "b": 2,\n' +
    '  "q\\"": 1,\n  "\uffff": 1,\n  "\u{1f600}": 1\n}\n',
  ]]);
});

function expect(messages: readonly GeneratedMessage[]): Expectation {
  const expectation = new Expectation();
  for (const message of messages) expectation.add(message);
  return expectation;
}

/** From what the messages say alone, not from the notes; none is compressed. */
function recount(messages: readonly GeneratedMessage[]) {
  const ids = new Set<string>();
  const files: Record<string, Record<string, number>> = {};
  for (const { routingKey, body, properties } of messages) {
    if (properties?.contentEncoding !== undefined) continue;
    const key = /^(.+)\.event\.(created|updated|deleted)$/.exec(routingKey);
    if (key === null || body.length > 1_048_576) continue;
    const text = new TextDecoder().decode(body);
    // Nothing that is no UTF-8 survives being decoded.
    const id = text.includes("\ufffd") ? undefined : idIn(text);
    if (id === undefined || ids.has(id)) continue;
    ids.add(id);
    const users = files[`${key[2]}.json`] ??= {};
    users[key[1]!] = (users[key[1]!] ?? 0) + 1;
  }
  return files;
}

function idIn(text: string): string | undefined {
  // The one shape that the generator gives good bodies.
  return /^\{"id":"([0-9a-f-]{36})"\}$/.exec(text)?.[1];
}

function event(userId: string, type: string): NewMessage {
  return {
    kind: "new",
    routingKey: `${userId}.event.${type}`,
    body: new Uint8Array(),
    event: { userId, type, id: "any" },
  };
}
