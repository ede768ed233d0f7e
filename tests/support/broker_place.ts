import { type Channel, type ChannelModel, connect } from "amqplib";
import { type Broker, findOrStartBroker } from "../../tools/broker.ts";
import { onBroker } from "./on_broker.ts";
import { type Ended, runProgram } from "./program.ts";
import { Publisher } from "./publisher.ts";
import { until } from "./until.ts";
import type { StreamMessage } from "./stream_of_events.ts";

/**
 * The broker of the test run. Without one, the tests of a file share one of
 * their own, which ends with the process or before.
 */
let broker: Promise<Broker> | undefined;

/** An exchange and a queue of one test's own, and a folder. */
export class Place implements AsyncDisposable {
  readonly exchange = `test-${crypto.randomUUID()}`;
  readonly queue = `test-${crypto.randomUUID()}`;
  /** The queue, or those that share the users out. */
  queues: readonly string[] = [this.queue];
  /** Queues and the keys that they are bound with. */
  #bindings: (readonly [string, string])[] = [];

  /** Whether streams are in the place of the queue. */
  get isPartitioned(): boolean {
    return this.queues.length > 1;
  }

  private constructor(
    readonly url: string,
    /** A temporary folder for whatever the test writes. */
    readonly folder: string,
    readonly channel: Channel,
    readonly connection: ChannelModel,
  ) {}

  /**
   * Finds a broker and makes the place on it.
   *
   * @param url A broker of the test's own. Default: the one of the test run.
   * @param queueArguments Those of a queue of another kind than usual.
   */
  static async make(
    url?: string,
    queueArguments?: Record<string, unknown>,
  ): Promise<Place> {
    url ??= (await (broker ??= findOrStartBroker())).url;
    const connection = await connect(url);
    // A test may stop its broker; what then matters shows elsewhere.
    connection.on("error", () => {});
    const channel = await connection.createChannel();
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
    const place = new Place(url, folder, channel, connection);
    await place.declare(undefined, queueArguments);
    return place;
  }

  /** Makes exchange, queue and binding. */
  async declare(
    binding = "*.event.*",
    queueArguments: Record<string, unknown> = {},
  ): Promise<void> {
    await this.channel.assertExchange(this.exchange, "topic");
    await this.channel.assertQueue(this.queue, { arguments: queueArguments });
    this.#bindings = [[this.queue, binding]];
    await this.#bind(this.channel);
  }

  async #bind(channel: Channel): Promise<void> {
    for (const [queue, key] of this.#bindings) {
      await channel.bindQueue(queue, this.exchange, key);
    }
  }

  /**
   * Puts streams in the place of the queue that share out the users `user0` to
   * the one before `user<users>`.
   *
   * @param retention Arguments of the streams: how much they keep. Default: all.
   */
  async partition(
    partitions: number,
    users: number,
    retention: Record<string, unknown> = {},
  ): Promise<void> {
    const { channel, queue } = this;
    await channel.deleteQueue(queue);
    this.queues = Array.from(
      { length: partitions },
      (_, number) => `${queue}-${number}`,
    );
    for (const queue of this.queues) {
      await channel.assertQueue(queue, {
        arguments: { "x-queue-type": "stream", ...retention },
      });
    }
    this.#bindings = Array.from({ length: users }, (_, user) => [
      this.queues[user % partitions]!,
      `user${user}.event.*`,
    ]);
    await this.#bind(channel);
  }

  /**
   * Waits until the queues take messages after a start of the broker, and binds
   * them again. Before, RabbitMQ 3.10 confirms for a stream what it then has
   * not; and when it is killed it can forget bindings, but not their queues.
   */
  async untilOpen(): Promise<void> {
    const open = () =>
      onBroker(this.url, async (connection) => {
        const channel = await connection.createChannel();
        channel.on("error", () => {});
        for (const queue of this.queues) await channel.checkQueue(queue);
        await this.#bind(channel);
        return true;
      });
    // A broker that is not ready yet may end the connection, too.
    await until("the queues are open", () => open().catch(() => false));
  }

  /** Publishes with the tests' own client, and waits for every confirm. */
  async publish(messages: readonly StreamMessage[]): Promise<void> {
    const publisher = await Publisher.connect(this.url);
    await publisher.publish(this.exchange, messages);
    await publisher.close();
  }

  /** Messages ready in the queue. */
  async ready(): Promise<number> {
    return (await this.channel.checkQueue(this.queue)).messageCount;
  }

  /** Where {@linkcode count} writes. */
  get out(): string {
    return `${this.folder}/out`;
  }

  /** Runs a `count` of this place with further options. */
  async count(...options: readonly string[]): Promise<Ended> {
    return await runProgram([...this.countArguments(), ...options]);
  }

  /** The options of a `count` of this place into a folder of it. */
  countArguments(out = this.out, url = this.url): string[] {
    return [
      ...["count", "--amqp-url", url, "--exchange", this.exchange],
      ...this.queues.flatMap((queue) => ["--queue", queue]),
      ...["--out", out, "--format", "json"],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const queue of this.queues) await this.channel.deleteQueue(queue);
      await this.channel.deleteExchange(this.exchange);
      await this.connection.close();
    } catch {
      // The broker was the test's own and is gone, with all that was on it.
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The JSON files of a folder by name; not `rejected.ndjson`. */
export async function jsonFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".json")) continue;
    files.set(name, await Deno.readTextFile(`${folder}/${name}`));
  }
  return files;
}

/** Routing key and body of each line of `rejected.ndjson`, sorted. */
export async function rejectedLines(folder: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${folder}/rejected.ndjson`);
  return text.trimEnd().split("\n").map((line) => {
    const { routingKey, body } = JSON.parse(line);
    return `${routingKey} ${body}`;
  }).sort();
}
