import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EventCounterError } from "../../../src/model/errors.ts";
import { writeMessageLine } from "../../../src/model/ndjson_line.ts";
import type { GeneratedMessage } from "../../../src/publish/generated_message.ts";
import {
  generateMessages,
  type GeneratorOptions,
  userName,
} from "../../../src/publish/generator.ts";
import { test } from "../../support/pure.ts";

test("generateMessages() keeps what a seed has meant from version to version", () => {
  const messages = generate({
    size: 4,
    duplicates: 0.25,
    invalid: 0.25,
    seed: 1,
  });
  assertEquals(
    messages.map(({ routingKey, body }) =>
      `${routingKey} ${new TextDecoder().decode(body)}`
    ),
    [
      'user_b.event.created {"id":"f2473522-45b8-4258-8e8e-30c198111526"}',
      'user_e.event.deleted {"id":"39c5edaf-1415-4bbd-9f1d-3f72eb058b67"}',
      'user_e.event.deleted {"id":"39c5edaf-1415-4bbd-9f1d-3f72eb058b67"}',
      '.event.deleted {"id":"014649f8-45f3-420c-99c5-f68beccd3c75"}',
    ],
  );
});

test("generateMessages() makes exactly the numbers asked for, whatever they are", () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 300 }),
    part,
    part,
    fc.integer({ min: 0, max: 0xffff_ffff }),
    (size, duplicates, invalid, seed) => {
      const wanted = {
        duplicate: Math.round(size * duplicates),
        invalid: Math.round(size * invalid),
      };
      const fresh = size - wanted.duplicate - wanted.invalid;
      fc.pre(duplicates + invalid <= 1);
      fc.pre(fresh > 0 || fresh === 0 && wanted.duplicate === 0);
      const messages = generate({ size, duplicates, invalid, seed });
      const counts = { new: 0, duplicate: 0, invalid: 0 };
      const earlier = new Set<string>();
      for (const message of messages) {
        counts[message.kind]++;
        const line = writeMessageLine(message);
        if (message.kind !== "invalid") {
          assertEquals(earlier.has(line), message.kind === "duplicate");
        }
        earlier.add(line);
      }
      assertEquals(counts, { new: fresh, ...wanted });
    },
  ));
});

test("generateMessages() repeats old messages as well as fresh ones", () => {
  const seenAt = new Map<string, number>();
  const distances: number[] = [];
  let number = 0;
  for (const message of generate({ size: 30_000, duplicates: 0.1 })) {
    if (message.kind === "new") seenAt.set(message.event.id, number++);
    if (message.kind === "duplicate") {
      distances.push(number - seenAt.get(message.event.id)!);
    }
  }
  assert(distances.some((distance) => distance < 1_000));
  assert(distances.some((distance) => distance > 9_000));
  // No more than the last 10,000 are remembered, however many there were.
  assert(distances.every((distance) => distance <= 10_000));
});

test("userName() has letters for five users and numbers for the others", () => {
  assertEquals([0, 1, 2, 3, 4, 5, 6, 99].map(userName), [
    "user_a",
    "user_b",
    "user_c",
    "user_d",
    "user_e",
    "user_6",
    "user_7",
    "user_100",
  ]);
});

for (
  const [why, size, duplicates, invalid] of [
    ["there is nothing to repeat", 4, 1, 0],
    ["all the others are invalid", 10, 0.5, 0.5],
    ["both parts round up", 3, 0.5, 0.5],
    ["the parts are more than the whole", 1, 0.4, 0.7],
  ] as const
) {
  test(`generateMessages() refuses where ${why}`, () => {
    const options = { ...DEFAULTS, size, duplicates, invalid };
    // At once, not when the first message is asked for.
    const error = assertThrows(
      () => generateMessages(options),
      EventCounterError,
    );
    assertEquals(error.exitCode, 2);
    assert(
      error.message.includes(`--duplicates ${duplicates}`),
      error.message,
    );
  });
}

const DEFAULTS: GeneratorOptions = {
  size: 100,
  users: 5,
  types: ["created", "updated", "deleted"],
  duplicates: 0,
  invalid: 0,
  seed: 3,
};

function generate(options: Partial<GeneratorOptions>): GeneratedMessage[] {
  return [...generateMessages({ ...DEFAULTS, ...options })];
}
