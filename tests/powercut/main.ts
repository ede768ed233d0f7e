/**
 * Every power cut, for `deno task powercut`: at least 10,000 disks that a power
 * cut may leave of real runs, and the program started on each of them.
 *
 * With the path of a recording, a point and choices it repeats one of them, as
 * a failure tells. `EVENTCOUNTER_FAULT_SEED` makes the same choices again.
 *
 * Ends with 0 if the program came through all of them, else with 1.
 */
import { assertEquals } from "@std/assert";
import { deserialize } from "node:v8";
import { findOrStartBroker } from "../../tools/broker.ts";
import { Choices, chooseSeed, SEED_VARIABLE } from "../fault/seed.ts";
import { cutEverywhere, tell } from "./crew.ts";
import { cutAt, cutsOf } from "./cuts.ts";
import { KINDS, record, type Recording } from "./recording.ts";
import { recover, recoverByProcess } from "./recovery.ts";

/** Disks to start the program on. */
const ENOUGH = 10_000;

/** Processes to start on disks of a recording, about. */
const PROCESSES = 25;

/** Of one point of a recording. */
const MOST = 150;

async function repeat(
  path: string,
  point: string,
  choices: string,
): Promise<boolean> {
  const recording: Recording = deserialize(await Deno.readFile(path));
  const numbers = choices === "" ? [] : choices.split(".").map(Number);
  const { disk, acked } = cutAt(recording, Number(point), numbers);
  const folder = await Deno.makeTempDir();
  const wrong = await recover(recording, disk, acked, `${folder}/disk`);
  await Deno.remove(folder);
  console.log(wrong.length === 0 ? "nothing is wrong" : wrong.join("\n"));
  return wrong.length === 0;
}

/** The same with processes, for some of them. */
async function byProcess(recording: Recording, seed: number): Promise<void> {
  if (recording.isStream) return;
  const cuts = [...cutsOf(recording, 2, seed)];
  const every = Math.ceil(cuts.length / PROCESSES);
  const some = cuts.filter((_, number) => number % every === 0);
  for (const { point, choices, disk, acked } of some) {
    const wrong = await recoverByProcess(recording, disk, acked);
    assertEquals(wrong, [], `${recording.name} ${point} ${choices.join(".")}`);
  }
  console.log(`${recording.name}: ${some.length} disks by processes, too`);
}

async function everyCut(): Promise<boolean> {
  const seed = chooseSeed();
  console.log(`seed ${seed} (${SEED_VARIABLE}=${seed} makes the same choices)`);
  await using broker = await findOrStartBroker();
  Deno.env.set("AMQP_URL", broker.url);
  let disks = 0;
  for (let round = 1; disks < ENOUGH; round++) {
    for (const kind of KINDS) {
      const began = performance.now();
      const name = `${kind}, round ${round}`;
      const recording = await record(kind, new Choices(seed, name));
      const outcome = await cutEverywhere(recording, MOST, seed);
      disks += outcome.disks;
      const seconds = Math.round((performance.now() - began) / 1_000);
      console.log(
        `${name}: ${recording.steps.length} steps, ${outcome.disks} disks, ` +
          `${outcome.failures.length} failures, ${seconds} s`,
      );
      if (round === 1) await byProcess(recording, seed);
      if (outcome.failures.length === 0) continue;
      console.error((await tell(recording, outcome.failures)).join("\n"));
      return false;
    }
  }
  console.log(`${disks} disks: the program came through every power cut`);
  return true;
}

const [path, point = "0", choices = ""] = Deno.args;
const isGood = path === undefined
  ? await everyCut()
  : await repeat(path, point, choices);
Deno.exit(isGood ? 0 : 1);
