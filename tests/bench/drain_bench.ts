import { Buffer } from "node:buffer";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
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

/** The tool on each type of queue. */
const CLASSIC = "eventcounter, classic queue";
const QUORUM = "eventcounter, quorum queue";
const STREAM = "eventcounter, stream";

/** Somebody who drains a queue. */
export interface Contender {
  readonly name: string;
  /** Arguments that the queue is declared with. */
  readonly queue?: Readonly<Record<string, string>>;
  drain(task: Task): Promise<Drain>;
}

/**
 * The tool beside other clients on one classic queue, which the broker still
 * has in memory.
 */
export async function benchDrain(
  report: Report,
  url: string,
  folder: string,
  { rounds, size }: Extent,
): Promise<void> {
  const drains = await drainInTurn(url, { rounds, size }, [
    { name: "eventcounter", drain: (task) => drainOurs(task, folder) },
    { name: "bare amqplib", drain: (task) => drainAmqplib(task) },
    {
      name: "amqplib, acking each",
      drain: (task) => drainAmqplib(task, { ackEach: true }),
    },
    { name: "rabbitmq-client", drain: drainRabbitmqClient },
    { name: "@cloudamqp/amqp-client", drain: drainCloudamqp },
  ]);
  report.add(
    "Drain",
    `${rounds} rounds of ${rounded(size)} messages out of one classic ` +
      "queue, everything counted. " +
      "Nothing of it is durable but what eventcounter counts.",
    drains.figures,
  );
  report.note(
    `eventcounter drains a classic queue at ${
      drains.ratio("eventcounter", "bare amqplib")
    } times the rate of the bare amqplib consumer, and at ${
      drains.ratio("eventcounter", "amqplib, acking each")
    } times that of one which acks each message (medians of ratios within a round).`,
  );
}

/** The tool on each type of queue, with so many messages as gather overnight. */
export async function benchBacklog(
  report: Report,
  url: string,
  folder: string,
  { rounds, size }: Extent,
): Promise<void> {
  const drain = (task: Task) => drainOurs(task, folder);
  const ofType = (type: string) => ({ "x-queue-type": type });
  const drains = await drainInTurn(url, { rounds, size }, [
    { name: CLASSIC, drain },
    { name: QUORUM, queue: ofType("quorum"), drain },
    { name: STREAM, queue: ofType("stream"), drain },
    {
      name: "bare amqplib, stream",
      queue: ofType("stream"),
      drain: (task) =>
        drainAmqplib(task, { arguments: { "x-stream-offset": "first" } }),
    },
  ]);
  report.add(
    "Backlog",
    `${rounds} rounds of ${
      rounded(size)
    } messages: more than a classic queue ` +
      "has in memory.",
    drains.figures,
  );
  report.note(
    `A quorum queue is drained at ${
      drains.ratio(QUORUM, CLASSIC)
    } times the rate of a classic one, and a stream at ${
      drains.ratio(STREAM, CLASSIC)
    } times that rate, ${
      drains.ratio(STREAM, "bare amqplib, stream")
    } times the rate of a bare amqplib consumer of a stream (medians of ratios within a round).`,
  );
}

/** What is measured how often. */
export interface Extent {
  readonly rounds: number;
  /** Messages in each. */
  readonly size: number;
}

/** What every contender's drains came to. */
export interface Drains {
  /** The medians. */
  readonly figures: Figure[];
  /** The median of the ratios of two rates within a round. */
  ratio(left: string, right: string): string;
  /** The same of the CPU time of two clients. */
  cpuRatio(left: string, right: string): string;
}

/**
 * Every contender in turn on one broker, since a shared machine has fast and
 * slow minutes. The first round warms up and does not count.
 *
 * @param drainOnce Has a contender drain a queue; by default a new one.
 */
export async function drainInTurn(
  url: string,
  { rounds, size }: Extent,
  all: readonly Contender[],
  drainOnce = (contender: Contender) => drainFilled(url, size, contender),
): Promise<Drains> {
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
      const drain = await drainOnce(contender);
      if (round > 0) drains.get(contender.name)!.push(drain);
    }
    console.log(`  ${round === 0 ? "warm-up" : `round ${round}`} done`);
  }
  const ratioOf = (
    [left, right]: readonly [string, string],
    of: (drain: Drain) => number,
  ) =>
    median(
      drains.get(left)!.map((drain, i) =>
        of(drain) / of(drains.get(right)![i]!)
      ),
    ).toFixed(2);
  return {
    figures: [...drains].map(([name, drains]) => figureOf(name, drains, size)),
    ratio: (...names) => ratioOf(names, (drain) => 1 / drain.milliseconds),
    cpuRatio: (...names) => ratioOf(names, (drain) => drain.client),
  };
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
  contender: Contender,
): Promise<Drain> {
  await using filled = await FilledQueue.make(url, size, contender.queue);
  return await filled.drain(contender);
}

/** A queue that is full, gone when it is disposed of. */
export class FilledQueue implements AsyncDisposable {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;

  readonly #task: Task;

  private constructor(
    task: Task,
    connection: ChannelModel,
    channel: ConfirmChannel,
  ) {
    this.#task = task;
    this.#connection = connection;
    this.#channel = channel;
  }

  /** @param queueArguments What it is declared with. */
  static async make(
    url: string,
    size: number,
    queueArguments: Contender["queue"] = {},
  ): Promise<FilledQueue> {
    const queue = `bench-${crypto.randomUUID()}`;
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue, {
      durable: true,
      arguments: queueArguments,
    });
    await channel.bindQueue(queue, "amq.topic", "*.event.*");
    for (const [i, { routingKey, body }] of benchMessages(size).entries()) {
      channel.publish("amq.topic", routingKey, Buffer.from(body), {
        deliveryMode: 2,
      });
      if (i % 10_000 === 9_999) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const task = { url, queue, size, prefetch: PREFETCH };
    return new FilledQueue(task, connection, channel);
  }

  /** Has it drained. @throws {Error} If not all was counted. */
  async drain({ name, drain }: Contender): Promise<Drain> {
    const { size } = this.#task;
    const drained = await drain(this.#task);
    if (drained.received === size) return drained;
    throw new Error(
      `Bench: ${name} counted ${drained.received} of ${size} messages`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel.deleteQueue(this.#task.queue);
    await this.#connection.close();
  }
}
