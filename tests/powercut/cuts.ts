import { createHash } from "node:crypto";
import { Choices } from "../fault/seed.ts";
import { Disk, type DiskContent } from "./disk.ts";
import type { Recording } from "./recording.ts";

/** A power cut, and what it leaves. */
export interface Cut {
  /** How many steps were done. */
  readonly point: number;
  /** See `Disk.after`. */
  readonly choices: readonly number[];
  readonly disk: DiskContent;
  /** Up to which delivery acks had left. */
  readonly acked: number;
}

/**
 * Power cuts at every point of a recording, each leaving another disk.
 *
 * @param most Where a point has more disks than that, so many of them: the one
 * with nothing that was not safe, and others that the seed chooses.
 */
export function* cutsOf(
  recording: Recording,
  most: number,
  seed: number,
): Generator<Cut> {
  const known = new Set<string>();
  for (const [point, disk, acked] of pointsOf(recording)) {
    const name = `${recording.name} at ${point}`;
    for (const choices of ways(disk.odds, most, new Choices(seed, name))) {
      const content = disk.after(choices);
      const digest = digestOf(content, acked);
      if (known.has(digest)) continue;
      known.add(digest);
      yield { point, choices, disk: content, acked };
    }
  }
}

/** One of them again. */
export function cutAt(
  recording: Recording,
  wanted: number,
  choices: readonly number[],
): Cut {
  for (const [point, disk, acked] of pointsOf(recording)) {
    if (point < wanted) continue;
    return { point, choices, disk: disk.after(choices), acked };
  }
  throw new Error(`The recording has no point ${wanted}`);
}

function* pointsOf(
  { steps, before }: Recording,
): Generator<[point: number, disk: Disk, acked: number]> {
  const disk = new Disk(before);
  let acked = 0;
  yield [0, disk, acked];
  for (const [i, step] of steps.entries()) {
    disk.apply(step);
    if (step.kind === "look") continue;
    if (step.kind === "ack") acked = Math.max(acked, step.upTo);
    yield [i + 1, disk, acked];
  }
}

function* ways(
  odds: readonly number[],
  most: number,
  choices: Choices,
): Generator<readonly number[]> {
  const all = odds.reduce((product, ways) => product * ways, 1);
  for (let way = 0; way < Math.min(all, most); way++) {
    let rest = way;
    yield odds.map((ways) => {
      if (all > most) return way === 0 ? 0 : choices.between(0, ways - 1);
      const choice = rest % ways;
      rest = Math.floor(rest / ways);
      return choice;
    });
  }
}

function digestOf(disk: DiskContent, acked: number): string {
  const hash = createHash("sha256").update(`${acked}`);
  for (const [path, file] of disk) {
    hash.update(`\n${path}\n`);
    if (file !== "folder") hash.update(file.bytes).update(`${file.modified}`);
  }
  return hash.digest("hex");
}
