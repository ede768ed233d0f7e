import { assert, assertEquals } from "@std/assert";
import { Decoder } from "../../../src/decode/decoder.ts";
import type { RejectionReason } from "../../../src/model/rejection.ts";
import { writeMessageLine } from "../../../src/model/ndjson_line.ts";
import type { InvalidMessage } from "../../../src/publish/generated_message.ts";
import { InvalidMessages } from "../../../src/publish/invalid_messages.ts";
import { Random } from "../../../src/publish/random.ts";
import { deliveryOf } from "../../support/messages.ts";
import { test } from "../../support/pure.ts";

const TYPES = ["created", "updated", "deleted"];

/** Once each kind; see the test below. */
const KINDS = 14;

test("InvalidMessages are each rejected for the reason they tell", () => {
  const decoder = new Decoder(new Set(TYPES));
  for (const { routingKey, body, properties, reason } of make(200)) {
    const delivery = deliveryOf({ routingKey, body: new Uint8Array(body) });
    const decoded = decoder.decode({ ...delivery, properties });
    assertEquals(decoded, reason, routingKey);
  }
});

test("InvalidMessages have every kind in the first 14 of a run", () => {
  const reasons = new Map<RejectionReason, number>();
  for (const { reason } of make(KINDS)) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  assertEquals(Object.fromEntries(reasons), {
    bad_routing_key: 2,
    unknown_type: 1,
    bad_json: 4,
    missing_id: 1,
    bad_id: 4,
    bad_encoding: 1,
    body_too_large: 1,
  });
});

test("InvalidMessages repeat the first ones in about half of the cases", () => {
  const lines = make(2_000)
    .map(writeMessageLine);
  const first = new Set(lines.slice(0, 12));
  assertEquals(first.size, 12);
  const repeated = lines.slice(12).filter((line) => first.has(line)).length;
  assert(repeated > 900 && repeated < 1_100, `${repeated} are repeated`);
  assertEquals(new Set(lines).size, lines.length - repeated);
});

test("InvalidMessages make up no type that is one of the run's", () => {
  const first = make(3).at(-1)!;
  assertEquals(first.reason, "unknown_type");
  const made = first.routingKey.split(".").at(-1)!;
  // The same seed would make the same type, were it not one of the run's.
  const second = make(3, [made]).at(-1)!;
  assertEquals(second.reason, "unknown_type");
  assert(!second.routingKey.endsWith(`.${made}`), second.routingKey);
});

function make(count: number, types = TYPES): InvalidMessage[] {
  const messages = new InvalidMessages(new Random(11), types);
  return Array.from(
    { length: count },
    (_, i) => messages.next(`user_${i % 4}`, types[i % types.length]!),
  );
}
