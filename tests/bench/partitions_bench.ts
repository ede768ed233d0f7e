import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { connect } from "amqplib";
import {
  declarePartitions,
  dividerName,
  partitionName,
} from "../../src/topology/partitions.ts";
import type { QueueType } from "../../src/topology/topology.ts";
import type { Drain } from "./drain.ts";
import { figureOf } from "./drain_bench.ts";
import { benchMessages } from "./messages.ts";
import type { Task } from "./peers.ts";
import { heading, type Report, rounded } from "./report.ts";

const PREFETCH = 10_000;

/**
 * One, two and four queues behind an exchange that shares the users out, with
 * a worker and a SQLite ledger each. The first round does not count.
 */
export async function benchPartitions(
  report: Report,
  url: string,
  folder: string,
  { rounds, size }: { rounds: number; size: number },
): Promise<void> {
  heading("Partitions", `${rounds} rounds of ${size} messages`);
  const settings = (["classic", "quorum"] as const).flatMap((queueType) =>
    [1, 2, 4].map((partitions) => ({
      name: `eventcounter, ${partitions} ${queueType} queue(s)`,
      queueType,
      partitions,
      drains: [] as Drain[],
    }))
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { queueType, partitions, drains } of settings) {
      const drain = await drainPartitions(
        { url, size, folder, queueType, partitions },
      );
      if (round > 0) drains.push(drain);
    }
  }
  report.add(
    "Partitions",
    `${rounds} rounds of ${rounded(size)} messages out of ` +
      "several queues together, each with a worker and a ledger in SQLite.",
    settings.map(({ name, drains }) => figureOf(name, drains, size)),
  );
}

interface Setting {
  readonly url: string;
  readonly size: number;
  readonly folder: string;
  readonly queueType: QueueType;
  readonly partitions: number;
}

async function drainPartitions(
  { url, size, folder, queueType, partitions }: Setting,
): Promise<Drain> {
  const name = `bench-${crypto.randomUUID()}`;
  const queues = Array.from(
    { length: partitions },
    (_, number) => partitionName(name, number),
  );
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const topology = { exchange: name, queue: name, binding: "#", queueType };
  await declarePartitions(connection, channel, topology, partitions);
  try {
    for (const [i, { routingKey, body }] of benchMessages(size).entries()) {
      channel.publish(name, routingKey, Buffer.from(body), { deliveryMode: 2 });
      if (i % 10_000 === 9_999) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const drains = await drainAll(
      queues.map((queue) => ({ url, queue, size, prefetch: PREFETCH })),
      folder,
    );
    const received = drains.reduce((sum, drain) => sum + drain.received, 0);
    if (received !== size) {
      throw new Error(`Bench: ${received} of ${size} messages were counted`);
    }
    // All are threads of one process: CPU time is that of all of them.
    const [longest] = drains.toSorted((left, right) =>
      right.milliseconds - left.milliseconds
    );
    return longest!;
  } finally {
    for (const queue of queues) await channel.deleteQueue(queue);
    await channel.deleteExchange(dividerName(name));
    await channel.deleteExchange(name);
    await connection.close();
  }
}

/** Drains queues at the same time, each in a thread. */
async function drainAll(
  tasks: readonly Task[],
  folder: string,
): Promise<Drain[]> {
  const workers = tasks.map(() =>
    new Worker(new URL("partition_worker.ts", import.meta.url))
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const drains = workers.map((worker, i) => {
    const drained = once(worker, "message");
    worker.postMessage({ task: tasks[i], folder });
    return drained;
  });
  const all = (await Promise.all(drains)).map(([drain]) => drain as Drain);
  for (const worker of workers) await worker.terminate();
  return all;
}
