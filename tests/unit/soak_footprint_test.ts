import { assertEquals, assertMatch } from "@std/assert";
import { BYTES_PER_ID, judge, type Sample } from "../soak/footprint.ts";
import { test } from "../support/pure.ts";

/** Three lives of five minutes, 5,000 events a second, with a heap that swings. */
function livesWith(bytesPerEvent: number, most: Partial<Sample> = {}) {
  return [0, 1, 2].map((life) =>
    Array.from({ length: 300 }, (_, second): Sample => {
      const events = 5_000 * (300 * life + second);
      const swing = 8e6 * Math.abs(Math.sin(second * (life + 1)));
      const memory = 70e6 + swing + bytesPerEvent * events;
      const at = 1_000 * second;
      return { at, events, memory, descriptors: 30, files: 8, log: 0, ...most };
    })
  );
}

test("judge() allows what the ids account for, and a heap that comes and goes", () => {
  assertEquals(judge(livesWith(BYTES_PER_ID), BYTES_PER_ID).problems, []);
  assertEquals(judge(livesWith(0), 0).problems, []);
});

test("judge() tells of 8 bytes an event that are kept besides", () => {
  const { problems } = judge(livesWith(BYTES_PER_ID + 8), BYTES_PER_ID);
  assertEquals(problems.length, 1);
  assertMatch(problems[0]!, /^memory grows with the events: growth 8\.\d ±/);
});

test("judge() tells of too much at any time", () => {
  const most = { memory: 2e8, descriptors: 41, files: 17, log: 4e7 };
  assertEquals(judge(livesWith(0, most), 0).problems, [
    "memory: 191 MiB, more than 120 MiB",
    "descriptors: 41, more than 40",
    "files: 17, more than 16",
    "log: 38 MiB, more than 32 MiB",
  ]);
});
