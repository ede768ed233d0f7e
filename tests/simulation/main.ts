/**
 * Plays histories until one breaks a promise, or until told to stop.
 *
 * `--seed N` begins there (default: at random); `--histories N` and
 * `--minutes N` end it; `--seed N --histories 1` repeats one and tells it;
 * `--plain` only names what breaks, and does not shorten it.
 */
import { parseArgs } from "node:util";
import { type Outcome, play } from "./history.ts";
import { makePlan, type Plan } from "./plan.ts";
import { shrink } from "./shrink.ts";

/** Time between two lines that tell how far it is, in ms. */
const REPORT_INTERVAL = 10_000;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    histories: { type: "string", default: "Infinity" },
    minutes: { type: "string", default: "Infinity" },
    plain: { type: "boolean", default: false },
  },
});
const first = Number(
  values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1,
);
const count = Number(values.histories);
const started = performance.now();
const end = started + Number(values.minutes) * 60_000;
const covered = new Map<string, number>();
let played = 0;
let reported = started;
let isTold = false;
Deno.addSignalListener("SIGINT", () => isTold = true);

while (played < count && performance.now() < end && !isTold) {
  const seed = first + played;
  const plan = makePlan(seed);
  const outcome = await play(plan, count === 1);
  played++;
  if (outcome.broken !== undefined) {
    if (values.plain) console.log(`seed ${seed}: ${outcome.broken}`);
    else await tellFailure(plan);
    Deno.exit(1);
  }
  if (count === 1) console.log(outcome.trace.join("\n"));
  cover(outcome);
  if (performance.now() - reported < REPORT_INTERVAL) continue;
  reported = performance.now();
  report();
}
report();
Deno.exit(0);

function cover({ struck, lives, steps }: Outcome): void {
  const add = (name: string, more: number) =>
    covered.set(name, (covered.get(name) ?? 0) + more);
  add("lives", lives);
  add("steps", steps);
  for (const [fault, times] of struck) add(fault, times);
}

function report(): void {
  const rate = played / (performance.now() - started) * 1_000;
  const what = [...covered].map(([name, times]) => `${times} ${name}`);
  console.log(
    `${played} histories from seed ${first}, ${rate.toFixed(0)} a second: ` +
      what.join(", "),
  );
}

/** The shortest history that shows it, and how to see it again. */
async function tellFailure(plan: Plan): Promise<void> {
  const shortest = await shrink(plan);
  const { trace } = await play(shortest, true);
  const { messages, faults, ...settings } = shortest;
  console.log(JSON.stringify(settings));
  for (const { at, routingKey, body } of messages) {
    console.log(`message at ${at}: ${routingKey} ${body}`);
  }
  for (const fault of faults) console.log(`fault: ${JSON.stringify(fault)}`);
  console.log(trace.join("\n"));
  console.log(
    `repeat with: deno task simulate --seed ${plan.seed} --histories 1`,
  );
}
