import { assert, assertEquals } from "@std/assert";
import { relative } from "../support/paths.ts";
import { provide } from "../support/provide.ts";
import type {
  EventStream,
  StreamMessage,
} from "../support/stream_of_events.ts";
import { Drain, GRACE, type RunOptions } from "../fault/drain.ts";
import type { Choices } from "../fault/seed.ts";
import { Disk, type DiskContent } from "./disk.ts";
import { readSteps, recordingBy, type Step } from "./steps.ts";

/** Deliveries in one checkpoint, and in the window of prefetch. */
export const CHECKPOINT_SIZE = 15;
export const PREFETCH = 4 * CHECKPOINT_SIZE;

/** A run of the program, step by step. */
export interface Recording {
  readonly name: string;
  /** Where acks wait for the files. */
  readonly inMemory: boolean;
  /** Where nothing is taken out by an ack. */
  readonly isStream: boolean;
  /** What a correct count of everything gives. */
  readonly expected: EventStream;
  /** What was in the queue when it began, by delivery tags from 1 on. */
  readonly messages: readonly StreamMessage[];
  /** The disk as it found it. */
  readonly before: DiskContent;
  readonly steps: readonly Step[];
}

/** Replaces what stands once in a file of `src`. */
export interface Patch {
  readonly file: string;
  readonly old: string;
  readonly new: string;
}

/** The runs that are recorded. */
export const KINDS = ["queue", "memory", "stream", "repair"] as const;

export type Kind = typeof KINDS[number];

/**
 * Drains a small queue of a real broker and records that.
 *
 * @param kind With `repair`, what a run does that comes after a whole one and a
 * power cut in the middle of another; else there was none before.
 * @param patch Makes another program of it.
 */
export async function record(
  kind: Kind,
  choices: Choices,
  patch?: Patch,
): Promise<Recording> {
  await provide("strace");
  const isStream = kind === "stream", inMemory = kind === "memory";
  await using drain = await Drain.make(choices, {
    size: 100,
    invalid: 0.08,
    checkpointSize: CHECKPOINT_SIZE,
    ...(isStream ? { partitions: 1 } : {}),
  });
  const before = kind === "repair" ? await crash(drain) : new Map();
  const { messages } = drain.stream;
  const waiting = isStream ? messages.length : await drain.place.ready();
  const program = patch && await patched(patch);
  const { steps } = await watch(drain, before, (options) =>
    finish(drain, {
      ...options,
      ...(program && { entry: relative(root, `${program}/main.ts`) }),
      args: ["--until-empty", ...inMemory ? ["--ledger", "memory:"] : []],
    }));
  if (program) await Deno.remove(program, { recursive: true });
  return {
    name: kind,
    inMemory,
    isStream,
    expected: drain.stream,
    messages: messages.slice(-waiting),
    before,
    steps,
  };
}

/**
 * Has one run end well, with files of its own, and the next one killed after a
 * commit. Leaves a disk with nothing of that on it that was not safe.
 */
async function crash(drain: Drain): Promise<DiskContent> {
  const args = ["--limit", `${3 * CHECKPOINT_SIZE}`];
  const well = await watch(
    drain,
    new Map(),
    (options) => finish(drain, { ...options, args }),
  );
  await drain.untilAlone();
  const { disk } = await watch(drain, well.disk.whole, async (options) => {
    assert(await drain.killAt("after commit", 2, options));
  });
  await drain.untilAlone();
  const left = disk.after(disk.odds.map(() => 0));
  await Deno.remove(drain.out, { recursive: true });
  await writeDisk(drain.place.folder, left);
  return left;
}

async function finish(drain: Drain, options: RunOptions): Promise<void> {
  // strace makes it slower by a multiple.
  const { code, stderr } = await drain.run(options, 6 * GRACE);
  assertEquals(code, 0, stderr);
}

/** Records a run, and holds the model of the disk against the real one. */
async function watch(
  drain: Drain,
  before: DiskContent,
  run: (options: RunOptions) => Promise<void>,
): Promise<{ readonly steps: readonly Step[]; readonly disk: Disk }> {
  const { folder, url } = drain.place;
  const log = await Deno.makeTempFile({ prefix: "eventcounter-strace-" });
  try {
    await run({ through: recordingBy(log) });
    const text = await Deno.readTextFile(log);
    const steps = readSteps(text, folder, new URL(url).port);
    const disk = new Disk(before);
    for (const step of steps) disk.apply(step);
    for (const [path, content] of disk.whole) {
      if (content === "folder") continue;
      const real = await Deno.readFile(`${folder}/${path}`);
      assertEquals(real, content.bytes, `the model of ${path} is wrong`);
    }
    return { steps, disk };
  } finally {
    await Deno.remove(log);
  }
}

/** Puts content into a folder. */
export async function writeDisk(
  folder: string,
  content: DiskContent,
): Promise<void> {
  for (const [name, file] of content) {
    const path = `${folder}/${name}`;
    if (file === "folder") {
      await Deno.mkdir(path);
      continue;
    }
    await Deno.writeFile(path, file.bytes);
    const { modified } = file;
    if (modified !== undefined) {
      await Deno.utime(path, modified / 1e3, modified / 1e3);
    }
  }
}

const root = new URL("../../", import.meta.url).pathname;

/** Makes a patched copy of the program. @returns Its folder. */
async function patched(patch: Patch): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "eventcounter-patched-" });
  const source = ["src", "main.ts", "deno.json"].map((name) => root + name);
  const copy = new Deno.Command("cp", { args: ["-r", ...source, folder] });
  assertEquals((await copy.output()).code, 0);
  const path = `${folder}/src/${patch.file}`;
  const parts = (await Deno.readTextFile(path)).split(patch.old);
  assertEquals(parts.length, 2, `"${patch.old}" stands once in ${patch.file}`);
  await Deno.writeTextFile(path, parts.join(patch.new));
  return folder;
}
