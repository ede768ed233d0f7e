import type { Buffer } from "node:buffer";
import type { QueueType } from "../../src/topology/topology.ts";
import type { Planned } from "./plan.ts";
import type { World } from "./world.ts";

/** A reason for which a broker closes a channel (AMQP 0-9-1, channel.close). */
export class ChannelRefusal extends Error {
  readonly code = 406;
}

/** A message in a queue. */
export class Queued {
  /** Whether somebody may have got it before. */
  redelivered = false;
  /** How often it has come back. */
  returns = 0;

  /** @param place Where it stands in its queue: its offset in a stream. */
  constructor(
    readonly planned: Planned,
    readonly place: number,
    readonly chunk: number,
  ) {}

  get routingKey(): string {
    return this.planned.routingKey;
  }

  get body(): Buffer {
    return this.planned.body;
  }
}

/** Whoever gets messages out of the queue. */
export interface ConsumerOptions {
  /** Takes a message, or hears that the broker has cancelled it: `null`. */
  readonly deliver: (delivery: BrokerDelivery | null) => void;
  readonly from: unknown;
}

/** A message on its way out. */
export interface BrokerDelivery {
  readonly queued: Queued;
  readonly tag: number;
  readonly redelivered: boolean;
  readonly returns: number;
}

/** Messages of a chunk of a stream, at most. */
const CHUNK = 5;

/** Acks that a restarted broker may have forgotten, at most. */
const FORGOTTEN = 6;

/**
 * A model of RabbitMQ with one queue, whatever its type, as far as the AMQP
 * 0-9-1 specification and RabbitMQ's documents tell what it does.
 */
export class Broker {
  readonly type: QueueType;
  /** What its publishers have been told to be safe. */
  readonly confirmed: Planned[] = [];
  /** What came back too often. */
  readonly dropped: Queued[] = [];
  /** What retention has taken. */
  readonly retired: Queued[] = [];
  /** Whether it can be reached. */
  isUp = true;
  readonly channels = new Set<BrokerChannel>();
  readonly #world: World;
  readonly #singleActive: boolean;
  readonly #limit: number;
  /** What can be delivered; of a stream, all that is in it. */
  #ready: Queued[] = [];
  #consumers: Consumer[] = [];
  #settled: Queued[] = [];
  #places = 0;
  #lastDelivered = -1;

  constructor(
    world: World,
    { queue, singleActive, deliveryLimit }: {
      queue: QueueType;
      singleActive: boolean;
      deliveryLimit: number;
    },
  ) {
    this.#world = world;
    this.type = queue;
    this.#singleActive = singleActive;
    this.#limit = deliveryLimit;
  }

  /** Takes messages of a publisher and confirms them. */
  publish(messages: readonly Planned[]): void {
    for (const planned of messages) {
      const place = this.#places++;
      const chunk = Math.floor(place / CHUNK);
      this.#ready.push(new Queued(planned, place, chunk));
      this.confirmed.push(planned);
    }
    this.pump();
  }

  /** Messages that nobody has got, or that came back. */
  get ready(): readonly Queued[] {
    return this.#ready;
  }

  get consumers(): number {
    return this.#consumers.length;
  }

  /** Gives messages to consumers, as long as they may have some. */
  pump(): void {
    if (!this.isUp) return;
    const active = this.#singleActive
      ? this.#consumers.slice(0, 1)
      : this.#consumers;
    for (let isBusy = true; isBusy;) {
      isBusy = false;
      for (const consumer of active) {
        const next = consumer.hasRoom ? this.#nextFor(consumer) : undefined;
        if (next === undefined) continue;
        this.#lastDelivered = Math.max(this.#lastDelivered, next.place);
        consumer.deliver(next);
        isBusy = true;
      }
    }
  }

  #nextFor(consumer: Consumer): Queued | undefined {
    if (this.type !== "stream") return this.#ready.shift();
    const next = this.#ready.find(({ place }) => place >= consumer.next);
    if (next !== undefined) consumer.next = next.place + 1;
    return next;
  }

  /** Adds a consumer. */
  add(consumer: Consumer, from: unknown): void {
    if (this.type === "stream") consumer.next = this.#offset(from);
    this.#consumers.push(consumer);
  }

  #offset(from: unknown): number {
    if (typeof from === "number") return from;
    const last = this.#ready.at(-1);
    if (from !== "last" || last === undefined) return this.#places;
    return this.#ready.find(({ chunk }) => chunk === last.chunk)!.place;
  }

  /** Takes consumers out; what they have not acked stays theirs. */
  remove(isGone: (consumer: Consumer) => boolean): void {
    this.#consumers = this.#consumers.filter((one) => !isGone(one));
  }

  /** Cancels every consumer, as when the queue's leader changes. */
  cancelConsumers(): void {
    const cancelled = this.#consumers.splice(0);
    for (const { channel, options } of cancelled) {
      if (!channel.isRival) options.deliver(null);
    }
  }

  /** These have been acked. */
  settle(messages: readonly Queued[]): void {
    if (this.type === "stream") return;
    this.#settled.push(...messages);
    this.#settled = this.#settled.slice(-FORGOTTEN);
  }

  /** These come back, each to its place. */
  giveBack(messages: readonly Queued[]): void {
    if (this.type === "stream") return;
    for (const queued of messages) {
      queued.redelivered = true;
      queued.returns++;
      // rabbit_fifo: "DeliveryCount when DeliveryCount > DeliveryLimit".
      if (this.type === "quorum" && queued.returns > this.#limit) {
        this.#world.tell(`broker drops ${queued.place}`);
        this.dropped.push(queued);
      } else this.#ready.push(queued);
    }
    this.#ready.sort((one, other) => one.place - other.place);
  }

  /** It is down; all channels are gone. */
  goDown(): void {
    this.isUp = false;
    for (const channel of [...this.channels]) channel.end();
  }

  /** It is there again. @param forgets Whether it has forgotten acks. */
  comeUp(forgets: boolean): void {
    this.isUp = true;
    // Its own bookkeeping leaves a hole in a stream.
    this.#places++;
    if (forgets && this.type === "classic") {
      this.giveBack(this.#settled.splice(0));
    }
    // What was delivered is no longer known, only how far.
    if (this.type !== "classic") return;
    for (const queued of this.#ready) {
      if (queued.place <= this.#lastDelivered) queued.redelivered = true;
    }
  }

  /** Drops the first chunks of a stream, but for the last ones. */
  retire(): void {
    if (this.type !== "stream") return;
    const keeps = (this.#ready.at(-1)?.chunk ?? 0) - 1;
    this.retired.push(...this.#ready.filter(({ chunk }) => chunk < keeps));
    this.#ready = this.#ready.filter(({ chunk }) => chunk >= keeps);
  }
}

/** A consumer, with the prefetch that its channel had when it began. */
class Consumer {
  unacked = 0;
  /** Of a stream, the offset to go on from. */
  next = 0;

  constructor(
    readonly channel: BrokerChannel,
    readonly tag: string,
    readonly prefetch: number,
    readonly options: ConsumerOptions,
  ) {}

  get hasRoom(): boolean {
    return this.prefetch === 0 || this.unacked < this.prefetch;
  }

  deliver(queued: Queued): void {
    this.unacked++;
    this.options.deliver(this.channel.note(queued, this));
  }
}

/** The broker's end of a channel: its tags, and what is not acked on it. */
export class BrokerChannel {
  readonly #broker: Broker;
  #unacked: { tag: number; queued: Queued; consumer: Consumer }[] = [];
  #lastTag = 0;
  #consumers = 0;
  #prefetch = 0;
  #isOpen = true;

  /** @param isRival Whether it is somebody else's. */
  constructor(broker: Broker, readonly isRival = false) {
    this.#broker = broker;
    broker.channels.add(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  pump(): void {
    this.#broker.pump();
  }

  prefetch(count: number): Record<string, never> {
    this.#prefetch = count;
    return {};
  }

  /** A passive declare. */
  look(queue: string) {
    const { type, ready, consumers } = this.#broker;
    const messageCount = type === "stream" ? 0 : ready.length;
    return { queue, messageCount, consumerCount: consumers };
  }

  /** Starts a consumer. @throws {ChannelRefusal} As RabbitMQ's queues do. */
  consume(options: ConsumerOptions): { consumerTag: string } {
    const { type } = this.#broker;
    const { from } = options;
    if (type !== "stream" && from !== undefined) {
      throw new ChannelRefusal(
        `invalid arg 'x-stream-offset' of queue type rabbit_${type}_queue`,
      );
    }
    if (type === "stream" && this.#prefetch === 0) {
      throw new ChannelRefusal("consumer prefetch count is not set");
    }
    const consumerTag = `consumer ${++this.#consumers}`;
    const consumer = new Consumer(this, consumerTag, this.#prefetch, options);
    this.#broker.add(consumer, from);
    return { consumerTag };
  }

  cancel(consumerTag: string): { consumerTag: string } {
    this.#broker.remove(({ channel, tag }) =>
      channel === this && tag === consumerTag
    );
    return { consumerTag };
  }

  /** What is delivered next on this channel. */
  note(queued: Queued, consumer: Consumer): BrokerDelivery {
    const tag = ++this.#lastTag;
    this.#unacked.push({ tag, queued, consumer });
    const { redelivered, returns } = queued;
    return { queued, tag, redelivered, returns };
  }

  /** Settles all up to a tag. @throws {ChannelRefusal} If it means nothing. */
  ack(upTo: number): void {
    if (this.#unacked.every(({ tag }) => tag !== upTo)) {
      throw new ChannelRefusal(`unknown delivery tag ${upTo}`);
    }
    const settled = this.#unacked.filter(({ tag }) => tag <= upTo);
    this.#unacked = this.#unacked.filter(({ tag }) => tag > upTo);
    for (const { consumer } of settled) consumer.unacked--;
    this.#broker.settle(settled.map(({ queued }) => queued));
    this.#broker.pump();
  }

  /** It is closed, or lost: what was not acked is given back. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#broker.channels.delete(this);
    this.#broker.remove(({ channel }) => channel === this);
    this.#broker.giveBack(this.#unacked.map(({ queued }) => queued));
    this.#unacked = [];
    this.#broker.pump();
  }
}
