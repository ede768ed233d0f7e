/**
 * The soak, for `deno task soak`: publishes as fast as the broker takes
 * persistent messages and the program counts them, cuts the connection every
 * few seconds, kills the program every few minutes, and watches its memory. At
 * the end everything must be counted exactly.
 *
 * | variable | meaning |
 * |---|---|
 * | `EVENTCOUNTER_SOAK_MINUTES` | how long it publishes; default 10 |
 * | `EVENTCOUNTER_FAULT_SEED` | makes the same choices again |
 *
 * Ends with 0 if all was exact and memory grew by no more than the seen ids
 * account for, else with 1.
 */
import { DatabaseSync } from "node:sqlite";
import { startPrivateBroker } from "../../tools/broker.ts";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { type Running, startProgram } from "../support/program.ts";
import { Publisher } from "../support/publisher.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { assertFine, assertKilled, endOf } from "./drain.ts";
import { EndlessStream } from "./endless_stream.ts";
import { MemoryLog } from "./memory_log.ts";
import { Choices, chooseSeed, SEED_VARIABLE } from "./seed.ts";

/** Messages published between two looks at the queue. */
const PART = 20_000;

/** So many wait in the queue at most: there is always something to do. */
const DEPTH = 60_000;

/** Between two cuts, and between two kills, in s. */
const CUTS = [2, 8] as const;
const KILLS = [100, 200] as const;

/** Between two looks at the memory, and between two lines, in ms. */
const SAMPLE_INTERVAL = 1_000;
const LINE_INTERVAL = 30_000;

/** How long a run may take to count what is left. */
const LAST_RUN = 120_000;

const minutes = Number(Deno.env.get("EVENTCOUNTER_SOAK_MINUTES") ?? 10);
const seed = chooseSeed();
const choices = new Choices(seed, "soak");
const stream = new EndlessStream(new Choices(seed, "soak stream"));
console.log(`seed ${seed} (${SEED_VARIABLE}=${seed} repeats it)`);

await using broker = await startPrivateBroker();
await using place = await Place.make(broker.url);
await using proxy = await TcpProxy.start(broker.url);
const out = `${place.folder}/out`;
const through = place.countArguments(out).map((argument) =>
  argument === place.url ? proxy.url() : argument
);

const started = performance.now();
const seconds = () => (performance.now() - started) / 1_000;
const isOver = () => seconds() >= minutes * 60;

let running: Running = startProgram([...through, "--idle", "0"]);
let memory = new MemoryLog();
const verdicts: NonNullable<MemoryLog["verdict"]>[] = [];
let cuts = 0, kills = 0;

function judgeMemory(): void {
  const { verdict } = memory;
  memory = new MemoryLog();
  if (verdict === undefined) return;
  verdicts.push(verdict);
  console.log(`memory: ${verdict.text}`);
}

async function publish(): Promise<void> {
  const publisher = await Publisher.connect(broker.url);
  while (!isOver()) {
    const part = Array.from({ length: PART }, () => stream.next());
    await publisher.publish(place.exchange, part);
    await until(
      "the program keeps up",
      async () => await place.ready() < DEPTH,
      LAST_RUN,
    );
  }
  await publisher.close();
}

/** Does something again and again, after random times. */
async function every(
  [least, most]: readonly [number, number],
  act: () => Promise<void> | void,
): Promise<void> {
  for (;;) {
    const next = seconds() + choices.between(1_000 * least, 1_000 * most) / 1e3;
    await until(
      "it is time",
      () => isOver() || seconds() >= next,
      1_000 * (most + 60),
    );
    if (isOver()) return;
    await act();
  }
}

async function kill(): Promise<void> {
  const before = running;
  before.process.kill("SIGKILL");
  assertKilled(await endOf(before));
  kills++;
  judgeMemory();
  running = startProgram([...through, "--idle", "0"]);
}

const sampler = setInterval(
  () => memory.sample(running.process.pid, stream.unique),
  SAMPLE_INTERVAL,
);
const reporter = setInterval(() =>
  console.log(
    `${seconds().toFixed(0)} s: ${stream.size} published, ` +
      `${cuts} cuts, ${kills} kills`,
  ), LINE_INTERVAL);
await Promise.all([
  publish(),
  every(CUTS, () => {
    cuts += proxy.cut();
  }),
  every(KILLS, kill),
]);
clearInterval(sampler);
clearInterval(reporter);
const rate = stream.size / seconds();

await until("it is counted", async () => await place.ready() === 0, LAST_RUN);
judgeMemory();
running.process.kill("SIGTERM");
assertFine(await endOf(running));
const last = startProgram([...place.countArguments(out), "--until-empty"]);
assertFine(await endOf(last, LAST_RUN));

const mismatches: string[] = [];
const files = await jsonFiles(out);
for (const [name, text] of stream.files()) {
  if (files.get(name) !== text) mismatches.push(name);
}
if ((await rejectedLines(out)).length !== stream.rejected) {
  mismatches.push("rejected.ndjson");
}
const database = new DatabaseSync(`${out}/eventcounter.db`);
const row = database.prepare(
  "SELECT sum(length(uuids)) / 16 AS ids FROM checkpoint",
).get();
database.close();
if (row?.ids !== stream.unique) mismatches.push("ids in the ledger");

const isFine = mismatches.length === 0 && verdicts.every((v) => v.isFine);
console.log(
  `${stream.size} messages (${Math.round(rate)}/s) in ${minutes} min, ` +
    `${stream.unique} of them unique, ${cuts} cuts, ${kills} kills: ` +
    `${mismatches.length} mismatches ${mismatches.join(", ")}` +
    `; memory ${verdicts.every((v) => v.isFine) ? "fine" : "GROWS"}`,
);
Deno.exitCode = isFine ? 0 : 1;
