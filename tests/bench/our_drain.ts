import {
  AmqpSource,
  type Ledger,
  parseAmqpAddress,
  Pipeline,
  type Source,
  SqliteLedger,
  systemClock,
} from "../../src/mod.ts";
import { type Drain, Stopwatch } from "./drain.ts";
import type { Task } from "./peers.ts";

/** The tool itself, as the command line sets it up, with SQLite on disk. */
export async function drainOurs(task: Task, folder: string): Promise<Drain> {
  const ledger = await SqliteLedger.open(
    `${folder}/${crypto.randomUUID()}.db`,
  );
  try {
    return await drainInto(ledger, task);
  } finally {
    await ledger.close();
  }
}

/** The tool itself with any ledger. */
export async function drainInto(ledger: Ledger, task: Task): Promise<Drain> {
  const { url, queue, prefetch } = task;
  const source = new AmqpSource({
    address: parseAmqpAddress(url),
    queue,
    prefetch,
    holdAll: false,
    prepare: () => Promise.resolve(),
    connectTimeout: 30_000,
    reconnectTimeout: 30_000,
    clock: systemClock,
  });
  const measured = measureDrain(source, ledger);
  const run = await new Pipeline({
    source,
    ledger,
    checkpointSize: prefetch / 2,
    untilEmpty: true,
    idle: 10_000,
  }).run();
  return { ...measured(), received: run.unique };
}

/**
 * Measures from the first delivery to the end of the last commit, so neither
 * connecting nor waiting for the end counts.
 */
export function measureDrain(
  source: Source,
  ledger: Ledger,
): () => Omit<Drain, "received"> {
  const watch = new Stopwatch();
  let last = watch.read();
  const take = source.take.bind(source);
  source.take = (most) => {
    const taken = take(most);
    if (taken.length > 0) watch.start();
    return taken;
  };
  const commit = ledger.commit.bind(ledger);
  ledger.commit = async (batch) => {
    await commit(batch);
    last = watch.read();
  };
  return () => last;
}
