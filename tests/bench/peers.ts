import { AMQPClient } from "@cloudamqp/amqp-client";
import { connect, type Options } from "amqplib";
import { Connection } from "rabbitmq-client";
import { type Drain, Stopwatch } from "./drain.ts";

/** What a drain is about. */
export interface Task {
  readonly url: string;
  readonly queue: string;
  /** Messages in the queue. */
  readonly size: number;
  readonly prefetch: number;
}

/**
 * The least that a consumer can do: JSON.parse, a Map for the ids, a Map for
 * the counts, and nothing durable. It says when to ack: once per half window,
 * or each message by itself, as most consumers do.
 */
class BareCount {
  readonly #seen = new Map<string, true>();
  readonly #counts = new Map<string, number>();
  readonly #watch = new Stopwatch();
  readonly #done = Promise.withResolvers<Drain>();
  readonly #task: Task;
  readonly #ackEach: boolean;
  #received = 0;

  constructor(task: Task, ackEach = false) {
    this.#task = task;
    this.#ackEach = ackEach;
  }

  /** Settles after the last message. */
  get done(): Promise<Drain> {
    return this.#done.promise;
  }

  /** Takes a message. @returns Whether to ack all up to it. */
  take(routingKey: string, body: string): boolean {
    this.#watch.start();
    const { id } = JSON.parse(body);
    if (!this.#seen.has(id)) {
      this.#seen.set(id, true);
      this.#counts.set(routingKey, (this.#counts.get(routingKey) ?? 0) + 1);
    }
    const isLast = ++this.#received === this.#task.size;
    if (isLast) {
      this.#done.resolve({ ...this.#watch.read(), received: this.#seen.size });
    }
    const { prefetch } = this.#task;
    return this.#ackEach || isLast || this.#received % (prefetch / 2) === 0;
  }
}

/** The client that the tool uses, alone. */
export async function drainAmqplib(
  task: Task,
  { ackEach = false, ...consume }: Options.Consume & { ackEach?: boolean } = {},
): Promise<Drain> {
  const connection = await connect(task.url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(task.prefetch);
  const count = new BareCount(task, ackEach);
  await channel.consume(task.queue, (message) => {
    const { fields, content } = message!;
    if (count.take(fields.routingKey, content.toString())) {
      channel.ack(message!, true);
    }
  }, consume);
  const drain = await count.done;
  await channel.close();
  await connection.close();
  return drain;
}

/** `rabbitmq-client`, by its plain channel. */
export async function drainRabbitmqClient(task: Task): Promise<Drain> {
  const connection = new Connection(task.url);
  const channel = await connection.acquire();
  await channel.basicQos({ prefetchCount: task.prefetch });
  const count = new BareCount(task);
  await channel.basicConsume({ queue: task.queue }, (message) => {
    // It parses bodies of type application/json itself; these have no type.
    if (count.take(message.routingKey, message.body.toString())) {
      channel.basicAck({ deliveryTag: message.deliveryTag, multiple: true });
    }
  });
  const drain = await count.done;
  await channel.close();
  await connection.close();
  return drain;
}

/** `@cloudamqp/amqp-client`, by its plain channel. */
export async function drainCloudamqp(task: Task): Promise<Drain> {
  const connection = await new AMQPClient(task.url).connect();
  const channel = await connection.channel();
  await channel.basicQos(task.prefetch);
  const count = new BareCount(task);
  await channel.basicConsume(task.queue, { noAck: false }, (message) => {
    if (count.take(message.routingKey, message.bodyString() ?? "")) {
      channel.basicAck(message.deliveryTag, true);
    }
  });
  const drain = await count.done;
  await channel.close();
  await connection.close();
  return drain;
}
