import { serialize } from "node:v8";
import { type Cut, cutsOf } from "./cuts.ts";
import type { Recording } from "./recording.ts";
import type { Told } from "./worker.ts";

/** A power cut that the program has not come through. */
export interface Failure {
  readonly cut: Cut;
  /** What is wrong, one line each. */
  readonly complaints: readonly string[];
}

/** What came of the power cuts of a recording. */
export interface Outcome {
  /** Disks that the program was started on; no two are alike. */
  readonly disks: number;
  readonly failures: readonly Failure[];
}

/** Memory that has the look of a disk, where there is such. */
const RAM = "/dev/shm";

/** Failures are told up to so many; then it ends. */
const ENOUGH = 3;

/**
 * Starts the program on the disks that power cuts leave, on all cores.
 *
 * @param most Of each point of the recording; see `cutsOf`.
 */
export async function cutEverywhere(
  recording: Recording,
  most: number,
  seed: number,
): Promise<Outcome> {
  const dir = await Deno.stat(RAM).then(() => RAM, () => undefined);
  const folder = await Deno.makeTempDir({
    ...(dir === undefined ? {} : { dir }),
    prefix: "eventcounter-powercut-",
  });
  const cuts = cutsOf(recording, most, seed);
  const failures: Failure[] = [];
  let disks = 0;
  const work = async (_: unknown, number: number) => {
    const url = new URL("worker.ts", import.meta.url);
    const name = `${folder}/${number}`;
    const worker = new Worker(url, { type: "module", name });
    const ask = (told: Told) => worker.postMessage(told);
    ask({ recording });
    for (const cut of cuts) {
      if (failures.length >= ENOUGH) break;
      const answer = Promise.withResolvers<readonly string[]>();
      worker.onmessage = ({ data }) => answer.resolve(data);
      worker.onerror = ({ message }) => answer.resolve([message]);
      ask({ cut });
      const complaints = await answer.promise;
      disks++;
      if (complaints.length > 0) failures.push({ cut, complaints });
    }
    worker.terminate();
  };
  try {
    const cores = navigator.hardwareConcurrency;
    await Promise.all(Array.from({ length: cores }, work));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { disks, failures };
}

/**
 * Tells each failure: the point, the choices, what is wrong, and the command
 * that repeats it, for which the recording is kept.
 */
export async function tell(
  recording: Recording,
  failures: readonly Failure[],
): Promise<readonly string[]> {
  if (failures.length === 0) return [];
  const path = await Deno.makeTempFile({ suffix: `.${recording.name}` });
  await Deno.writeFile(path, serialize(recording));
  return failures.map(({ cut: { point, choices, acked }, complaints }) => {
    const step = recording.steps[point - 1];
    const last = step === undefined
      ? "nothing"
      : `${step.kind} ${"path" in step ? step.path : step.upTo}`;
    const chosen = choices.join(".");
    return [
      `${recording.name}: power cut at point ${point}, after ${last}, with ` +
      `acks up to ${acked} and the choices ${chosen || "none"}`,
      ...complaints.map((complaint) => complaint.split("\n")[0]),
      `repeat it with: deno task powercut ${path} ${point} ${chosen}`,
    ].join("\n  ");
  });
}
