import { assertEquals } from "@std/assert";
import { relative } from "../support/paths.ts";
import { provide } from "../support/provide.ts";
import type {
  EventStream,
  StreamMessage,
} from "../support/stream_of_events.ts";
import { Drain, type RunOptions } from "../fault/drain.ts";
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
 * Drains a small queue of a real broker, in a new folder, and records that.
 *
 * @param kind `repair` is what a run does on a disk that a power cut has left,
 * in mid-drain, of one before it.
 * @param patch Makes another program of it.
 */
export async function record(
  kind: Kind,
  choices: Choices,
  patch?: Patch,
): Promise<Recording> {
  await provide("strace");
  await using drain = await Drain.make(choices, {
    size: 100,
    invalid: 0.08,
    checkpointSize: CHECKPOINT_SIZE,
    ...(kind === "stream" ? { partitions: 1 } : {}),
  });
  const before = kind === "repair" ? await crash(drain) : new Map();
  const waiting = kind === "stream" ? 0 : await drain.place.ready();
  const { messages } = drain.stream;
  const inMemory = kind === "memory";
  const steps = await watch(drain, before, async (options) => {
    const args = ["--until-empty", ...inMemory ? ["--ledger", "memory:"] : []];
    const program = patch && await patched(patch);
    const entry = program && { entry: relative(root, `${program}/main.ts`) };
    const { code, stderr } = await drain.run({ ...options, ...entry, args });
    assertEquals(code, 0, stderr);
    if (program) await Deno.remove(program, { recursive: true });
  });
  return {
    name: kind,
    inMemory,
    isStream: kind === "stream",
    expected: drain.stream,
    messages: kind === "repair" ? messages.slice(-waiting) : messages,
    before,
    steps,
  };
}

/**
 * Has the program killed after its fourth commit, and leaves a disk with
 * nothing on it that was not safe.
 */
async function crash(drain: Drain): Promise<DiskContent> {
  const steps = await watch(drain, new Map(), async (options) => {
    await drain.killAt("after commit", 4, options);
  });
  await drain.untilAlone();
  const { folder } = drain.place;
  const disk = new Disk();
  for (const step of steps) disk.apply(step);
  const left = disk.after(disk.odds.map(() => 0));
  await Deno.remove(drain.out, { recursive: true });
  await writeDisk(folder, left);
  return left;
}

/** Records a run, and holds the model of the disk against the real one. */
async function watch(
  drain: Drain,
  before: DiskContent,
  run: (options: RunOptions) => Promise<void>,
): Promise<readonly Step[]> {
  const log = await Deno.makeTempFile({ prefix: "eventcounter-strace-" });
  try {
    await run({ through: recordingBy(log) });
    const { folder, url } = drain.place;
    const { port } = new URL(url);
    const steps = readSteps(await Deno.readTextFile(log), folder, port);
    const disk = new Disk(before);
    for (const step of steps) disk.apply(step);
    for (const [path, content] of disk.whole) {
      if (content === "folder") continue;
      const real = await Deno.readFile(`${folder}/${path}`);
      assertEquals(real, content.bytes, `the model of ${path} is wrong`);
    }
    return steps;
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
