import { PrivatePostgres } from "../../tools/postgres.ts";
import type { Drain } from "./drain.ts";
import { drainFilled, figureOf } from "./drain_bench.ts";
import type { Work } from "./postgres_worker.ts";
import {
  type Figure,
  heading,
  median,
  type Report,
  rounded,
} from "./report.ts";

const WORKERS = [1, 2, 4];

/** As docs/scaling.md advises. */
const SETTINGS = ["max_wal_size = 8GB", "shared_buffers = 512MB"];

/**
 * Workers that share a ledger in PostgreSQL: how many new ids they claim and
 * commit, without a broker; and how many messages they drain from one quorum
 * queue. They take turns, each with an empty ledger; the first round warms up.
 */
export async function benchPostgres(
  report: Report,
  url: string,
  { rounds, size }: { rounds: number; size: number },
): Promise<void> {
  heading(
    "A ledger in PostgreSQL",
    `${rounds} rounds of ${rounded(size)} ids and messages`,
  );
  await using postgres = await PrivatePostgres.launch({
    configuration: SETTINGS,
  });
  const claims = new Map<number, Drain[]>(WORKERS.map((n) => [n, []]));
  const drains = new Map<number, Drain[]>(WORKERS.map((n) => [n, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const workers of WORKERS) {
      const claimed = await together(postgres, workers, {
        ids: size / workers,
      });
      const drained = await drainFilled(url, size, {
        name: "",
        queue: { "x-queue-type": "quorum" },
        drain: (task) => together(postgres, workers, { task }),
      });
      if (round === 0) continue;
      claims.get(workers)!.push(claimed);
      drains.get(workers)!.push(drained);
    }
    console.log(`  ${round === 0 ? "warm-up" : `round ${round}`} done`);
  }
  report.add(
    "Database alone",
    `${rounds} rounds of ${rounded(size)} new ids, claimed and ` +
      "committed in batches of 5,000, with counts; no broker.",
    figures(claims, size),
  );
  report.add(
    "Workers with one ledger",
    "As many messages out of one quorum queue, by workers that share a ledger " +
      "in PostgreSQL.",
    figures(drains, size),
  );
  report.note(
    `Two workers claim ${gain(claims)} times as many ids as one, and drain ${
      gain(drains)
    } times as many messages (medians of ratios within a round).`,
  );
}

/** Has workers do their part of something at the same time. */
async function together(
  { url }: PrivatePostgres,
  number: number,
  work: Work,
): Promise<Drain> {
  const schema = `bench_${crypto.randomUUID().replaceAll("-", "_")}`;
  const workers = Array.from(
    { length: number },
    () =>
      new Worker(new URL("postgres_worker.ts", import.meta.url), {
        type: "module",
      }),
  );
  const answers = () =>
    Promise.all(workers.map((worker) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = reject;
      })
    ));
  try {
    const ready = answers();
    for (const worker of workers) worker.postMessage(`${url}?schema=${schema}`);
    await ready;
    const done = answers();
    for (const worker of workers) worker.postMessage(work);
    return merge(await done as Drain[]);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** What several did at the same time. Each has measured the CPU of all. */
function merge(drains: readonly Drain[]): Drain {
  const [longest] = drains.filter(({ received }) => received > 0)
    .toSorted((left, right) => right.milliseconds - left.milliseconds);
  const received = drains.reduce((sum, { received }) => sum + received, 0);
  return { ...longest!, received };
}

function figures(
  drains: ReadonlyMap<number, readonly Drain[]>,
  size: number,
): Figure[] {
  return [...drains].map(([workers, drains]) =>
    figureOf(
      `eventcounter, ${workers} ${workers === 1 ? "worker" : "workers"}`,
      drains,
      size,
    )
  );
}

/** How much faster two are than one. */
function gain(drains: ReadonlyMap<number, readonly Drain[]>): string {
  return median(
    drains.get(2)!.map(({ milliseconds }, i) =>
      drains.get(1)![i]!.milliseconds / milliseconds
    ),
  ).toFixed(2);
}
