import { assertEquals } from "@std/assert";
import { Bell } from "../../src/lifecycle/bell.ts";
import { settle } from "../support/fake_clock.ts";

/** Waits for the bell, and notes when it has. */
function waiter(bell: Bell): { woken: boolean } {
  const state = { woken: false };
  bell.wait().then(() => state.woken = true);
  return state;
}

Deno.test("wait() settles at the next ring, not before", {
  permissions: "none",
}, async () => {
  const bell = new Bell();

  const first = waiter(bell);
  await settle();
  assertEquals(first.woken, false);
  bell.ring();
  await settle();
  assertEquals(first.woken, true);
});

Deno.test("a ring while nobody waits is kept for the next wait()", {
  permissions: "none",
}, async () => {
  const bell = new Bell();

  bell.ring();
  const first = waiter(bell);
  await settle();

  assertEquals(first.woken, true);
});

Deno.test("several rings wake once", { permissions: "none" }, async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  const first = waiter(bell);
  await settle();
  const second = waiter(bell);
  await settle();
  assertEquals([first.woken, second.woken], [true, false]);

  bell.ring();
  bell.ring();
  await settle();
  const third = waiter(bell);
  await settle();
  assertEquals([second.woken, third.woken], [true, false]);
});
