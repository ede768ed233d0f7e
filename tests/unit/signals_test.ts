import { assertEquals } from "@std/assert";
import { answerSignals } from "../../src/lifecycle/signals.ts";
import { test } from "../support/pure.ts";

/** What comes of signals that arrive at their times, in ms. */
function outcomeOf(
  ...signals: readonly [at: number, signal: Deno.Signal, exitCode: number][]
): (Deno.Signal | number)[] {
  let now = 0;
  const outcome: (Deno.Signal | number)[] = [];
  const answer = answerSignals({
    stop: (signal) => outcome.push(signal),
    end: (exitCode) => outcome.push(exitCode),
  }, { monotonic: () => now });
  for (const [at, signal, exitCode] of signals) {
    now = at;
    answer(signal, exitCode);
  }
  return outcome;
}

test("the same signal again within half a second is the same one; later, it ends at once", () => {
  assertEquals(outcomeOf([7, "SIGINT", 130]), ["SIGINT"]);
  assertEquals(
    outcomeOf([7, "SIGINT", 130], [9, "SIGINT", 130], [506, "SIGINT", 130]),
    ["SIGINT"],
  );
  assertEquals(
    outcomeOf([7, "SIGINT", 130], [9, "SIGINT", 130], [507, "SIGINT", 130]),
    ["SIGINT", 130],
  );
});

test("another signal than the first ends at once, however soon it comes", () => {
  assertEquals(
    outcomeOf([0, "SIGINT", 130], [0, "SIGTERM", 143]),
    ["SIGINT", 143],
  );
  assertEquals(
    outcomeOf([0, "SIGTERM", 143], [1, "SIGHUP", 129]),
    ["SIGTERM", 129],
  );
});
