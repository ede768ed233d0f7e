import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import widthOf from "string-width";
import { type Summary, summaryJson } from "../../src/cli/summary.ts";
import { summaryText } from "../../src/cli/summary_text.ts";
import { test } from "../support/pure.ts";

const SUMMARY: Summary = {
  run: {
    received: 1_000,
    unique: 900,
    duplicates: 90,
    redelivered: 7,
    rejected: 10,
    rejectedByReason: new Map([["bad_id", 3], ["bad_json", 7]]),
    stopped: "idle",
    duration: 6_000,
    files: ["out/created.json"],
    left: undefined,
  },
  types: new Map([
    ["created", { events: 1_500, users: 20 }],
    ["deleted", { events: 500, users: 1 }],
  ]),
  busiest: [
    { user: "アン", events: 1_200 },
    { user: "bob\x1b[2J", events: 1 },
  ],
  rate: 1_000,
  left: 1,
};

test("the summary for people tells all of it", async () => {
  assertEquals(
    await summaryText(SUMMARY, { columns: 60, colors: false, wraps: false }),
    `1,000 received: 900 counted, 90 duplicates, 10 rejected (7 of them redelivered)
Stopped after 6.0 s because nothing more came.
1,000 per second.
1 message left in the queue.

Rejected:
  bad_json   7   ██████████████████████████████
  bad_id     3   █████████████

Totals in the ledger:
  created   1,500 events   20 users   75.0 %   ██████████
  deleted     500 events     1 user   25.0 %   ███

Busiest users:
  アン           1,200 events   ████████████████████████████
  bob\\u001b[2J        1 event

Files:
  out/created.json`,
  );
});

test("of very many types and files it names the largest and the first", async () => {
  const many = Array.from({ length: 1_000 }, (_, i) => i);
  const text = await summaryText({
    ...SUMMARY,
    run: { ...SUMMARY.run, files: many.map((i) => `out/t${i}.json`) },
    types: new Map(many.map((i) => [`t${i}`, { events: i + 1, users: 1 }])),
    busiest: [],
  }, { columns: 80, colors: false, wraps: false });
  const [, , types, files] = text.split("\n\n").map((part) => part.split("\n"));
  assertEquals([types!.length, files!.length], [22, 22]);
  assertStringIncludes(types![1]!, "t999   1,000 events");
  assertEquals([types!.at(-1), files!.at(-1)], Array(2).fill("  and 980 more"));
});

test("no line of it is wider than the terminal, where names can be cut", async () => {
  for (const letter of ["a", "ユ"]) {
    for (const columns of [40, 60, 80, 160]) {
      const busiest = [{ user: letter.repeat(200), events: 1 }];
      const text = await summaryText({ ...SUMMARY, busiest }, {
        columns,
        colors: true,
        wraps: true,
      });
      for (const line of text.split("\n")) {
        assert(widthOf(line) <= columns, line);
      }
      assertStringIncludes(text, "…");
    }
  }
});

test("the summary for programs has the same, and what is not known as null", () => {
  const { busiest: _, left: __, ...rest } = SUMMARY;
  const unknown = { ...rest, busiest: undefined, left: undefined };
  assertEquals(JSON.parse(summaryJson(SUMMARY)), {
    received: 1_000,
    unique: 900,
    duplicates: 90,
    redelivered: 7,
    rejected: 10,
    rejectedByReason: { bad_id: 3, bad_json: 7 },
    types: Object.fromEntries(SUMMARY.types),
    topUsers: SUMMARY.busiest,
    stopped: "idle",
    durationMs: 6_000,
    rate: 1_000,
    left: 1,
    files: ["out/created.json"],
  });
  const { topUsers, left } = JSON.parse(summaryJson(unknown));
  assertEquals([topUsers, left], [null, null]);
});
