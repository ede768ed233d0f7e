import { assertEquals } from "@std/assert";
import { WakeSignal } from "../../src/lifecycle/wake_signal.ts";
import { settle } from "../support/fake_clock.ts";

/** Waits, and notes when it was woken. */
function waiter(signal: WakeSignal): { woken: boolean } {
  const state = { woken: false };
  signal.wait().then(() => state.woken = true);
  return state;
}

Deno.test("wait() settles at the next wake(), not before", {
  permissions: "none",
}, async () => {
  const signal = new WakeSignal();

  const first = waiter(signal);
  await settle();
  assertEquals(first.woken, false);
  signal.wake();
  await settle();
  assertEquals(first.woken, true);
});

Deno.test("a wake() while nobody waits is kept for the next wait()", {
  permissions: "none",
}, async () => {
  const signal = new WakeSignal();

  signal.wake();
  const first = waiter(signal);
  await settle();

  assertEquals(first.woken, true);
});

Deno.test("several calls wake once", { permissions: "none" }, async () => {
  const signal = new WakeSignal();
  signal.wake();
  signal.wake();
  const first = waiter(signal);
  await settle();
  const second = waiter(signal);
  await settle();
  assertEquals([first.woken, second.woken], [true, false]);

  signal.wake();
  signal.wake();
  await settle();
  const third = waiter(signal);
  await settle();
  assertEquals([second.woken, third.woken], [true, false]);
});
