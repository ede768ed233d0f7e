import { assert, assertEquals } from "@std/assert";
import { RunWatch } from "../../src/cli/progress_bar.ts";
import { progressLine, type RunState } from "../../src/cli/progress_line.ts";
import { cut, widthOf } from "../../src/cli/unicode_measure.ts";
import type { Extent } from "../../src/source/source.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/pure.ts";

const measure = { widthOf, cut };

const STATE: RunState = {
  name: "イベント\x1b[2J",
  received: 45_000,
  unique: 44_000,
  duplicates: 800,
  rejected: 200,
  rate: 12_345,
  share: 0.45,
  total: 100_000,
  timeLeft: 4_400,
  attached: true,
  losses: 1,
  idleTimeLeft: undefined,
};

test("the progress line tells what matters most in the room there is", () => {
  const lines = [160, 80, 60, 30].map((columns) =>
    progressLine(STATE, columns, { colors: false, measure }).text
  );
  assertEquals(lines, [
    "イベント\\u001b[2J  ██████████████░░░░░░░░░░░░░░░░  45 %  45,000 of 100,000  12,345/s  5 s left  44,000 counted  800 duplicates  200 rejected  1 lost connection",
    "███░░░░  45 %  12,345/s  5 s left  44,000 counted  800 duplicates  200 rejected",
    "██████░░░░░░░  45 %  12,345/s  44,000 counted  200 rejected",
    "███░░░░  45 %  44,000 counted",
  ]);
  for (let columns = 2; columns < 200; columns++) {
    for (const idleTimeLeft of [undefined, 3_000]) {
      const { text, width } = progressLine(
        { ...STATE, idleTimeLeft },
        columns,
        { colors: true, measure },
      );
      assert(width < columns, `${width} of ${columns} columns: ${text}`);
      assertEquals(width, widthOf(text));
    }
  }
});

test("a run is told by what its last seconds brought, and what is still there", async () => {
  const clock = new FakeClock();
  const totals = { received: 0, unique: 0, duplicates: 0, rejected: 0 };
  const pipeline = { totals, idleTimeLeft: undefined };
  let extent: Extent = { unit: "messages", done: 0, total: 10_000 };
  const source = {
    attached: true,
    extent: () => Promise.resolve(extent),
  };
  const watch = new RunWatch({ pipeline, source }, clock, "queue");
  assertEquals(watch.look().total, undefined);
  for (let second = 1; second <= 10; second++) {
    await clock.advance(1_000);
    totals.received += second <= 5 ? 100 : 500;
    extent = { ...extent, done: totals.received };
    watch.look();
  }
  const { rate, total, share, timeLeft } = watch.look();
  assertEquals({ rate, total, share, timeLeft }, {
    rate: 500,
    total: 10_000,
    share: 0.3,
    timeLeft: 14_000,
  });
  totals.received = 10_001;
  assertEquals(watch.look().total, 10_001);
  extent = { unit: "bytes", done: 600, total: 1_000 };
  await clock.advance(1_000);
  watch.look();
  await clock.advance(0);
  assertEquals(watch.look().share, 0.6);
});
