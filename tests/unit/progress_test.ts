import { configure, reset } from "@logtape/logtape";
import { assertEquals } from "@std/assert";
import { logProgress } from "../../src/cli/progress.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/pure.ts";

test("logProgress() tells totals and rate once a minute, until it is ended", async () => {
  const lines: string[] = [];
  await configure({
    reset: true,
    sinks: { lines: ({ message }) => lines.push(message.join("")) },
    loggers: [
      { category: "eventcounter", sinks: ["lines"] },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
  const clock = new FakeClock();
  const totals = { received: 0, unique: 0, duplicates: 0, rejected: 0 };
  const end = logProgress(clock, () => totals);

  Object.assign(totals, { received: 600, unique: 500, duplicates: 99 });
  await clock.advance(59_999);
  assertEquals(lines, []);
  await clock.advance(1);
  Object.assign(totals, { received: 780, rejected: 181 });
  await clock.advance(60_000);
  end();
  await clock.advance(600_000);

  await reset();
  assertEquals(lines, [
    "600 received: 500 counted, 99 duplicates, 0 rejected (10/s in the last minute)",
    "780 received: 500 counted, 99 duplicates, 181 rejected (3/s in the last minute)",
  ]);
  assertEquals(clock.pendingTimers, 0);
});
