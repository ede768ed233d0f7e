import { assertEquals } from "@std/assert";
import {
  publishSummaryJson,
  publishSummaryText,
} from "../../../src/cli/publish_summary.ts";
import { Expectation } from "../../../src/publish/expectation.ts";
import { generateMessages } from "../../../src/publish/generator.ts";

Deno.test("publishSummaryJson() is one object on one line", {
  permissions: "none",
}, () => {
  const summary = publishSummaryJson(published(1_300, 0.01), 42, 1_234.5);
  assertEquals(
    summary,
    '{"published":1300,"new":1157,"duplicates":130,"invalid":13,' +
      '"reasons":{"bad_id":4,"bad_json":4,"bad_routing_key":2,' +
      '"body_too_large":1,"missing_id":1,"unknown_type":1},' +
      '"seed":42,"durationMs":1235}',
  );
});

Deno.test("publishSummaryText() tells the numbers, the reasons and the seed", {
  permissions: "none",
}, () => {
  assertEquals(
    publishSummaryText(published(1_300, 0.01), 42, 1_234.5),
    "1,300 published: 1,157 new, 130 duplicates, 13 invalid (4 bad_id, " +
      "4 bad_json, 2 bad_routing_key, 1 body_too_large, 1 missing_id, " +
      "1 unknown_type)\nTook 1.2 s; --seed 42 repeats it.",
  );
});

Deno.test("publishSummaryText() is short where nothing was invalid", {
  permissions: "none",
}, () => {
  assertEquals(
    publishSummaryText(published(10, 0), 7, 0),
    "10 published: 9 new, 1 duplicates, 0 invalid\n" +
      "Took 0.0 s; --seed 7 repeats it.",
  );
});

function published(size: number, invalid: number): Expectation {
  const expectation = new Expectation();
  const messages = generateMessages({
    size,
    users: 5,
    types: ["created"],
    duplicates: 0.1,
    invalid,
    seed: 1,
  });
  for (const message of messages) expectation.add(message);
  return expectation;
}
