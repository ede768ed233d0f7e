import { assertEquals } from "@std/assert";
import { Pacer } from "../../../src/publish/pacer.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/pure.ts";

const never = new AbortController().signal;

test("Pacer spaces messages evenly", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(4, clock);
  const times: number[] = [];
  const sending = send(pacer, 5, () => times.push(clock.monotonic()));
  await clock.advance(1_000);
  await sending;
  assertEquals(times, [0, 250, 500, 750, 1_000]);
});

test("Pacer keeps to its rate although every timer comes late", async () => {
  const clock = new LateClock(7);
  const pacer = new Pacer(100, clock);
  let sent = 0;
  const sending = send(pacer, 101, () => sent++);
  await clock.advance(1_007);
  await sending;
  assertEquals(sent, 101);
});

test("Pacer does not make up for a long standstill with a flood", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(100, clock);
  pacer.turn(never);
  await clock.advance(60_000);
  let atOnce = 0;
  while (pacer.turn(never) === undefined) atOnce++;
  // What was due in the last 100 ms, and the one that is due now.
  assertEquals(atOnce, 11);
});

test("Pacer stops waiting when it is told to, and leaves no timer", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(1, clock);
  const stop = new AbortController();
  pacer.turn(stop.signal);
  const turn = pacer.turn(stop.signal);
  assertEquals(clock.pendingTimers, 1);
  stop.abort();
  await turn;
  assertEquals([clock.pendingTimers, clock.monotonic()], [0, 0]);
  // Where it was told before, there is no waiting at all.
  await pacer.turn(stop.signal);
  assertEquals(clock.pendingTimers, 0);
});

async function send(
  pacer: Pacer,
  count: number,
  sent: () => void,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    await pacer.turn(never);
    sent();
  }
}

/** A clock whose timers come late, as all real ones do. */
class LateClock extends FakeClock {
  readonly #late: number;

  constructor(late: number) {
    super();
    this.#late = late;
  }

  override after(milliseconds: number, run: () => void): () => void {
    return super.after(milliseconds + this.#late, run);
  }
}
