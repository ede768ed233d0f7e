import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { cp } from "node:fs/promises";
import { fromFileUrl } from "../support/paths.ts";
import { CONFIGURATION } from "../support/program.ts";
import { play } from "./history.ts";
import { makePlan } from "./plan.ts";
import { PLANTED_BUGS, type PlantedBug } from "./planted_bugs.ts";

const root = fromFileUrl(new URL("../..", import.meta.url));

/** Histories of each of two processes, as far as they get in a minute. */
const HISTORIES = 5_000;

Deno.test("the same seed gives the same history, event by event", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { trace } = await play(makePlan(seed), true);
    assertEquals((await play(makePlan(seed), true)).trace, trace);
  }
});

Deno.test("found at seed 1658280925: what a queue tells after the stop is not left behind", async () => {
  const BAD = new Set([0, 6, 8, 12, 13, 16]);
  const messages = Array.from({ length: 21 }, (_, i) => ({
    at: i < 16 ? 0 : 904,
    routingKey: "a.event.created",
    body: Buffer.from(BAD.has(i) ? `${i}` : `{"id":"${i}"}`),
    ...(BAD.has(i) ? {} : { event: { id: `${i}`, name: "created a" } }),
  }));
  const { broken } = await play({
    ...{ seed: 1658280925, queue: "classic", singleActive: false, workers: 1 },
    ...{ ledger: "sqlite", deliveryLimit: 20, prefetch: 5, checkpointSize: 5 },
    ...{ checkpointInterval: 1_000, snapshotInterval: 0, channelCapacity: 4 },
    ...{ idle: 500, untilEmpty: true, slowness: 0, latency: 40 },
    ...{ messages, faults: [] },
  });
  assertEquals(broken, undefined);
});

Deno.test("up to 10,000 histories in a minute: each confirmed message counted once, nothing acked that is not durable, every run ends", async () => {
  const ended = await Promise.all(
    [0, HISTORIES].map((seed) =>
      simulate(
        root,
        ...["--seed", `${seed}`, "--histories", `${HISTORIES}`],
        ...["--minutes", "1", "--plain"],
      )
    ),
  );
  for (const { code, stdout } of ended) assertEquals(code, 0, stdout);
});

Deno.test("each of 26 mistakes in src is found within a minute", async () => {
  const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
  const left = [...PLANTED_BUGS];
  const missed: string[] = [];
  const work = async () => {
    for (let bug = left.pop(); bug !== undefined; bug = left.pop()) {
      const place = await plant(bug, `${folder}/${left.length}`);
      const { code, stdout } = await simulate(
        place,
        ...["--seed", "0", "--minutes", "1", "--plain"],
      );
      if (code !== 1) missed.push(`${bug.name}: ${stdout}`);
    }
  };
  try {
    await Promise.all([work(), work()]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assertEquals(missed, []);
});

/** Makes a copy of what the simulation takes, with a mistake in it. */
async function plant(
  { name, file, changes }: PlantedBug,
  place: string,
): Promise<string> {
  await Deno.mkdir(`${place}/tests`, { recursive: true });
  const parts = ["src", "tests/simulation", "tools", "deno.json"];
  for (const part of parts) {
    await cp(root + part, `${place}/${part}`, { recursive: true });
  }
  const path = `${place}/src/${file}`;
  let text = await Deno.readTextFile(path);
  for (const [from, to] of changes) {
    assert(text.includes(from), `${name}: ${file} is not what it was`);
    text = text.replace(from, () => to);
  }
  await Deno.writeTextFile(path, text);
  return `${place}/`;
}

async function simulate(
  place: string,
  ...args: readonly string[]
): Promise<{ code: number; stdout: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-lock", "--allow-all", "-c"],
      place + CONFIGURATION.slice(root.length),
      ...[`${place}tests/simulation/main.ts`, ...args],
    ],
    cwd: dirname(place),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout) + text(stderr) };
}
