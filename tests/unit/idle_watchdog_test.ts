import { assertEquals } from "@std/assert";
import { IdleWatchdog } from "../../src/lifecycle/idle_watchdog.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/pure.ts";

const IDLE = 5_000;

test("the watchdog aborts when it has been quiet for the idle time", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  watchdog.quiet();
  await clock.advance(IDLE - 1);
  assertEquals(watchdog.signal.aborted, false);
  await clock.advance(1);
  assertEquals(watchdog.signal.aborted, true);
});

test("the watchdog waits until it is quiet for the first time", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  await clock.advance(10 * IDLE);

  assertEquals(watchdog.signal.aborted, false);
});

test("the watchdog starts anew after it was busy", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  watchdog.quiet();
  await clock.advance(IDLE - 1);
  watchdog.busy();
  await clock.advance(10 * IDLE);
  assertEquals(watchdog.signal.aborted, false);

  watchdog.quiet();
  await clock.advance(IDLE - 1);
  assertEquals(watchdog.signal.aborted, false);
  await clock.advance(1);
  assertEquals(watchdog.signal.aborted, true);
});

test("the watchdog does not start anew while it stays quiet", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  for (let elapsed = 0; elapsed < IDLE; elapsed += 1_000) {
    watchdog.quiet();
    assertEquals([watchdog.signal.aborted, clock.pendingTimers], [false, 1]);
    await clock.advance(1_000);
  }

  assertEquals(watchdog.signal.aborted, true);
});

test("the watchdog never aborts with the idle time 0", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(0, clock);

  watchdog.quiet();
  await clock.advance(1_000_000_000);

  assertEquals([watchdog.signal.aborted, clock.pendingTimers], [false, 0]);
});

test("the watchdog does not care when the wall clock is set", async () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  watchdog.quiet();
  clock.setWallClock(clock.now() + 24 * 3_600_000);
  await clock.advance(IDLE - 1);
  assertEquals(watchdog.signal.aborted, false);
  clock.setWallClock(0);
  await clock.advance(1);
  assertEquals(watchdog.signal.aborted, true);
});

test("a busy watchdog leaves no timer behind", () => {
  const clock = new FakeClock();
  const watchdog = new IdleWatchdog(IDLE, clock);

  watchdog.quiet();
  watchdog.busy();
  watchdog.busy();

  assertEquals(clock.pendingTimers, 0);
});
