import { Buffer } from "node:buffer";
import { connect } from "amqplib";
import type { Drain } from "./drain.ts";
import { benchMessages } from "./messages.ts";
import { drainOurs } from "./our_drain.ts";
import {
  drainAmqplib,
  drainCloudamqp,
  drainRabbitmqClient,
  type Task,
} from "./peers.ts";
import {
  type Figure,
  heading,
  median,
  type Report,
  rounded,
} from "./report.ts";

const PREFETCH = 10_000;

/** Somebody who drains a queue. */
export interface Contender {
  readonly name: string;
  /** Arguments that the queue is declared with. */
  readonly queue?: Readonly<Record<string, string>>;
  drain(task: Task): Promise<Drain>;
}

/** Whom the tool is measured against, and on what. */
function contenders(folder: string): readonly Contender[] {
  const quorum = { "x-queue-type": "quorum" };
  const stream = { "x-queue-type": "stream" };
  const fromFirst = { arguments: { "x-stream-offset": "first" } };
  return [
    { name: "eventcounter", drain: (task) => drainOurs(task, folder) },
    { name: "bare amqplib", drain: (task) => drainAmqplib(task) },
    {
      name: "amqplib, acking each",
      drain: (task) => drainAmqplib(task, { ackEach: true }),
    },
    { name: "rabbitmq-client", drain: drainRabbitmqClient },
    { name: "@cloudamqp/amqp-client", drain: drainCloudamqp },
    {
      name: "eventcounter, quorum queue",
      queue: quorum,
      drain: (task) => drainOurs(task, folder),
    },
    {
      name: "bare amqplib, quorum queue",
      queue: quorum,
      drain: (task) => drainAmqplib(task),
    },
    {
      name: "eventcounter, stream",
      queue: stream,
      drain: (task) => drainOurs(task, folder),
    },
    {
      name: "bare amqplib, stream",
      queue: stream,
      drain: (task) => drainAmqplib(task, fromFirst),
    },
  ];
}

/**
 * Every contender in turn on one broker, since a shared machine has fast and
 * slow minutes: medians, and the median of the ratios within a round. The first
 * round warms up and does not count.
 */
export async function benchDrain(
  report: Report,
  url: string,
  folder: string,
  { rounds, size }: { rounds: number; size: number },
): Promise<void> {
  const all = contenders(folder);
  heading(
    "Drain of a RabbitMQ queue",
    `${rounds} rounds of ${
      rounded(size)
    } messages, prefetch ${PREFETCH}, one ack per ${PREFETCH / 2}`,
  );
  const drains = new Map<string, Drain[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    // Whoever comes later may find the machine in another mood: take turns.
    const turn = round % all.length;
    for (const contender of [...all.slice(turn), ...all.slice(0, turn)]) {
      const drain = await drainFilled(url, size, contender);
      if (round > 0) drains.get(contender.name)!.push(drain);
    }
    console.log(`  ${round === 0 ? "warm-up" : `round ${round}`} done`);
  }
  report.add(
    "Drain",
    `${rounds} rounds of ${rounded(size)} messages out of one ` +
      "queue, classic unless it says otherwise, everything counted. " +
      "Nothing of it is durable but what eventcounter counts.",
    [...drains].map(([name, drains]) => figureOf(name, drains, size)),
  );
  const ratio = (left: string, right: string) =>
    median(
      drains.get(left)!.map(({ milliseconds }, i) =>
        drains.get(right)![i]!.milliseconds / milliseconds
      ),
    ).toFixed(2);
  report.note(
    `eventcounter drains a classic queue at ${
      ratio("eventcounter", "bare amqplib")
    } times the rate of the bare amqplib consumer, and at ${
      ratio("eventcounter", "amqplib, acking each")
    } times that of one which acks each message; a quorum queue at ${
      ratio("eventcounter, quorum queue", "eventcounter")
    } times the rate of a classic one; and a stream at ${
      ratio("eventcounter, stream", "eventcounter")
    } times that rate, ${
      ratio("eventcounter, stream", "bare amqplib, stream")
    } times the rate of a bare amqplib consumer of a stream (medians of ratios within a round).`,
  );
}

/** The medians of some drains. */
export function figureOf(
  name: string,
  drains: readonly Drain[],
  size: number,
): Figure {
  return {
    name,
    perSecond: median(
      drains.map(({ milliseconds }) => size / milliseconds * 1_000),
    ),
    client: median(drains.map(({ client }) => client / size)),
    broker: median(drains.map(({ broker }) => broker / size)),
    database: median(drains.map(({ database }) => database / size)),
  };
}

/** Fills a queue of its own, and has it drained. */
export async function drainFilled(
  url: string,
  size: number,
  { queue: queueArguments, drain }: Contender,
): Promise<Drain> {
  const queue = `bench-${crypto.randomUUID()}`;
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, {
    durable: true,
    arguments: queueArguments ?? {},
  });
  try {
    await channel.bindQueue(queue, "amq.topic", "*.event.*");
    for (const [i, { routingKey, body }] of benchMessages(size).entries()) {
      channel.publish("amq.topic", routingKey, Buffer.from(body), {
        deliveryMode: 2,
      });
      if (i % 10_000 === 9_999) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const drained = await drain({ url, queue, size, prefetch: PREFETCH });
    if (drained.received !== size) {
      throw new Error(
        `Bench: ${drained.received} of ${size} messages were counted`,
      );
    }
    return drained;
  } finally {
    await channel.deleteQueue(queue);
    await connection.close();
  }
}
