import { EventEmitter } from "node:events";
import type {
  Channel,
  ChannelModel,
  ConsumeMessage,
  Message,
  Options,
  Replies,
} from "amqplib";
import {
  type Broker,
  BrokerChannel,
  type BrokerDelivery,
  ChannelRefusal,
} from "./broker.ts";
import type { World } from "./world.ts";

/** The program whose connection it is. */
export interface ConnectionUser {
  readonly isKilled: boolean;
  /** An ack is about to be sent for what these brought. */
  acking(deliveries: readonly BrokerDelivery[]): void;
  /** A message has come to it. */
  delivering(delivery: BrokerDelivery): void;
  /** A consumer has started. */
  attached(): void;
}

/** What a network does to frames: keeps their order, and may lose the rest. */
export class Wire {
  readonly #world: World;
  readonly #latency: number;
  /** Frames that arrive together, as in one read of a socket. */
  #bundle: { at: number; frames: (() => void)[] } | undefined;
  isCut = false;

  constructor(world: World, latency: number) {
    this.#world = world;
    this.#latency = latency;
  }

  send(frame: () => void): void {
    const { now, random } = this.#world;
    const bundle = this.#bundle;
    if (bundle !== undefined && random.below(4) > 0) {
      bundle.frames.push(frame);
      return;
    }
    const latency = random.below(10 * this.#latency + 1) / 10;
    const at = Math.max(bundle?.at ?? 0, now + latency);
    const next = this.#bundle = { at, frames: [frame] };
    this.#world.after(at - now, () => {
      if (this.#bundle === next) this.#bundle = undefined;
      for (const frame of next.frames) {
        if (!this.isCut) frame();
      }
    });
  }
}

/** Methods of amqplib that the program has no use for. */
const unused = (): never => {
  throw new Error("the model of amqplib has no such method");
};

/** A connection as amqplib 2.3.1 has it, over a broker that is a model. */
export class ModelConnection extends EventEmitter implements ChannelModel {
  readonly connection = {
    serverProperties: {
      host: "model",
      product: "RabbitMQ",
      version: "3.13.0",
      platform: "",
      information: "",
    },
    rest: new Uint8Array(),
    recvFrame: () => false,
    recvSinceLastCheck: true,
    stream: { emit: () => true },
  };
  readonly createConfirmChannel = unused;
  readonly updateSecret = unused;
  readonly up: Wire;
  readonly down: Wire;
  readonly #channels = new Set<ModelChannel>();
  #state: "open" | "closing" | "closed" = "open";
  #isUsed = false;
  #isEndedAtBroker = false;

  constructor(
    readonly world: World,
    readonly broker: Broker,
    readonly user: ConnectionUser,
    latency: number,
  ) {
    super();
    this.up = new Wire(world, latency);
    this.down = new Wire(world, latency);
    this.on("error", () => {});
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  async createChannel(): Promise<Channel> {
    this.requireOpen();
    const channel = new ModelChannel(this);
    if (this.#isEndedAtBroker) channel.server.end();
    this.#channels.add(channel);
    await channel.call("open", () => ({}));
    return channel;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.requireOpen();
      this.#state = "closing";
      this.up.send(() => {
        this.endAtBroker();
        this.down.send(() => {
          resolve();
          this.#end(undefined);
        });
      });
    });
  }

  /** @throws As amqplib does where nothing can be sent any more. */
  requireOpen(): void {
    if (this.#state === "open") return;
    throw new Error(`IllegalOperationError: Connection ${this.#state}`);
  }

  /** The broker knows that it is lost. */
  endAtBroker(): void {
    this.#isEndedAtBroker = true;
    for (const { server } of this.#channels) server.end();
  }

  /** A consumer has started; the first one is what a connection is for. */
  consumes(): void {
    if (!this.#isUsed) this.user.attached();
    this.#isUsed = true;
  }

  /** The broker closes the channel that consumes. */
  refuseChannel(): void {
    const channel = this.#channels.values().find((one) => one.isConsuming);
    channel?.refuse(new ChannelRefusal("delivery acknowledgement timed out"));
  }

  /** This end knows that it is lost. */
  lose(cause: Error): void {
    if (this.#state === "closed") return;
    this.world.tell(`connection lost: ${cause.message}`);
    this.emit("error", cause);
    this.#end(cause);
  }

  /** Frames from the broker do not reach this end any more. */
  receive(frame: () => void): void {
    this.down.send(() => {
      if (!this.user.isKilled && this.#state !== "closed") frame();
    });
  }

  #end(cause: Error | undefined): void {
    this.#state = "closed";
    for (const channel of this.#channels) channel.toClosed();
    this.emit("close", cause);
  }
}

/** A question to the broker that waits for its answer, or to be sent. */
interface Call {
  readonly name: string;
  readonly ask: (server: BrokerChannel) => unknown;
  readonly answered: (answer: unknown) => void;
  readonly failed: (error: Error) => void;
}

/** A channel as amqplib has it. */
class ModelChannel extends EventEmitter implements Channel {
  readonly assertQueue = unused;
  readonly deleteQueue = unused;
  readonly purgeQueue = unused;
  readonly bindQueue = unused;
  readonly unbindQueue = unused;
  readonly assertExchange = unused;
  readonly checkExchange = unused;
  readonly deleteExchange = unused;
  readonly bindExchange = unused;
  readonly unbindExchange = unused;
  readonly publish = unused;
  readonly sendToQueue = unused;
  readonly get = unused;
  readonly ackAll = unused;
  readonly nack = unused;
  readonly nackAll = unused;
  readonly reject = unused;
  readonly recover = unused;
  readonly connection: ModelConnection["connection"];
  /** The broker's end. */
  readonly server: BrokerChannel;
  readonly #model: ModelConnection;
  readonly #consumers = new Map<
    string,
    (message: ConsumeMessage | null) => void
  >();
  #unacked: BrokerDelivery[] = [];
  /** The question that is being answered comes first. */
  readonly #calls: Call[] = [];
  #state: "open" | "closing" | "closed" = "open";

  constructor(model: ModelConnection) {
    super();
    this.#model = model;
    this.connection = model.connection;
    this.server = new BrokerChannel(model.broker);
  }

  get isConsuming(): boolean {
    return this.#consumers.size > 0;
  }

  /** One question at a time, as AMQP wants it (4.7, synchronous methods). */
  call<T>(
    name: string,
    ask: (server: BrokerChannel) => T,
    arrived: (answer: T) => void = () => {},
  ): Promise<T> {
    return new Promise((resolve, failed) => {
      this.#requireOpen();
      const answered = (answer: unknown) => {
        arrived(answer as T);
        resolve(answer as T);
      };
      this.#calls.push({ name, ask, answered, failed });
      if (this.#calls.length === 1) this.#sendCall();
    });
  }

  checkQueue(queue: string): Promise<Replies.AssertQueue> {
    return this.call("look", (server) => server.look(queue));
  }

  prefetch(count: number): Promise<Replies.Empty> {
    return this.call("prefetch", (server) => server.prefetch(count));
  }

  cancel(consumerTag: string): Promise<Replies.Cancel> {
    return this.call(
      "cancel",
      (server) => server.cancel(consumerTag),
      () => this.#consumers.delete(consumerTag),
    );
  }

  consume(
    _queue: string,
    onMessage: (message: ConsumeMessage | null) => void,
    options: Options.Consume = {},
  ): Promise<Replies.Consume> {
    const from: unknown = options.arguments?.["x-stream-offset"];
    let tag = "";
    return this.call(
      "consume",
      (server) => {
        const answer = server.consume({
          from,
          deliver: (delivery) =>
            this.#model.receive(() => this.#deliver(tag, delivery)),
        });
        tag = answer.consumerTag;
        return answer;
      },
      ({ consumerTag }) => {
        this.#consumers.set(consumerTag, onMessage);
        this.#model.consumes();
      },
    );
  }

  ack({ fields }: Message): void {
    this.#requireOpen();
    const { world, user, up } = this.#model;
    const upTo = fields.deliveryTag;
    world.tell(`ack up to ${upTo}`);
    user.acking(this.#unacked.filter(({ tag }) => tag <= upTo));
    this.#unacked = this.#unacked.filter(({ tag }) => tag > upTo);
    up.send(() =>
      this.#atBroker((server) => {
        server.ack(upTo);
        world.step("acked");
      })
    );
    world.step("ack");
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#requireOpen();
      this.#state = "closing";
      this.#model.up.send(() => {
        this.server.end();
        this.#model.receive(() => {
          resolve();
          this.toClosed();
        });
      });
    });
  }

  /** The broker closes it. */
  refuse({ code, message }: ChannelRefusal): void {
    this.server.end();
    this.#model.receive(() => {
      if (this.#state === "closed") return;
      const error = Object.assign(
        new Error(`Channel closed by server: ${code} "${message}"`),
        { code },
      );
      this.#model.world.tell(error.message);
      this.#calls.shift()?.failed(error);
      this.emit("error", error);
      this.toClosed();
    });
  }

  /** Nothing goes over it any more. */
  toClosed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    for (const { failed } of this.#calls.splice(0)) {
      failed(new Error("Channel ended, no reply will be forthcoming"));
    }
    this.emit("close");
  }

  #requireOpen(): void {
    this.#model.requireOpen();
    if (this.#state === "open") return;
    throw new Error(`IllegalOperationError: Channel ${this.#state}`);
  }

  #sendCall(): void {
    const { name, ask } = this.#calls[0]!;
    const { world, up } = this.#model;
    up.send(() =>
      this.#atBroker((server) => {
        const answer = ask(server);
        this.#model.receive(() => {
          world.step("answer");
          this.#answer(answer);
        });
        server.pump();
      })
    );
    world.tell(`call ${name}`);
    world.step("call");
  }

  #answer(answer: unknown): void {
    const call = this.#state === "open" ? this.#calls.shift() : undefined;
    if (this.#calls.length > 0) this.#sendCall();
    call?.answered(answer);
  }

  /** What reaches the broker; it closes the channel over what is wrong. */
  #atBroker(run: (server: BrokerChannel) => void): void {
    if (!this.server.isOpen) return;
    try {
      run(this.server);
    } catch (error) {
      if (!(error instanceof ChannelRefusal)) throw error;
      this.refuse(error);
    }
  }

  #deliver(consumerTag: string, delivery: BrokerDelivery | null): void {
    const { world } = this.#model;
    const consumer = this.#consumers.get(consumerTag);
    if (this.#state !== "open" || consumer === undefined) return;
    if (delivery === null) return consumer(null);
    const { queued, tag, redelivered, returns } = delivery;
    world.tell(
      `deliver ${queued.place} with tag ${tag}` +
        (redelivered ? `, back ${returns} times` : ""),
    );
    this.#unacked.push(delivery);
    this.#model.user.delivering(delivery);
    consumer(messageOf(delivery, this.#model.broker, consumerTag));
    world.step("deliver");
  }
}

function messageOf(
  { queued, tag, redelivered, returns }: BrokerDelivery,
  { type }: Broker,
  consumerTag: string,
): ConsumeMessage {
  const headers = type === "stream"
    ? { "x-stream-offset": queued.place }
    : type === "quorum" && returns > 0
    ? { "x-delivery-count": returns }
    : {};
  return {
    content: queued.body,
    fields: {
      consumerTag,
      deliveryTag: tag,
      redelivered,
      exchange: "user-events",
      routingKey: queued.routingKey,
    },
    properties: { ...NO_PROPERTIES, headers },
  };
}

const NO_PROPERTIES = {
  ...{ contentType: undefined, contentEncoding: undefined },
  ...{ deliveryMode: undefined, priority: undefined, correlationId: undefined },
  ...{ replyTo: undefined, expiration: undefined, messageId: undefined },
  ...{ timestamp: undefined, type: undefined, userId: undefined },
  ...{ appId: undefined, clusterId: undefined },
};
