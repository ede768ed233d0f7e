import { CountingConsumer } from "../../src/count/counting_consumer.ts";
import type { EventConsumer } from "../../src/count/event_consumer.ts";
import type { Tally } from "../../src/count/tally.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { Snapshot } from "../../src/output/snapshot.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { RunResult } from "../../src/pipeline/run_result.ts";
import { AmqpSource } from "../../src/source/amqp/amqp_source.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { type ConnectionUser, ModelConnection } from "./amqp.ts";
import type { Broker, BrokerDelivery } from "./broker.ts";
import type { DiskUser } from "./disk.ts";
import type { Plan } from "./plan.ts";
import type { ModelClient } from "./postgres.ts";
import type { World } from "./world.ts";

/** The output folder. */
export const OUT = "/out";

const TYPES = ["created", "updated", "deleted"];

/** Where a life takes place. */
export interface Place {
  readonly plan: Plan;
  readonly world: World;
  readonly broker: Broker;
  readonly openLedger: (life: Life) => Promise<Ledger>;
  /** Whether what a stream has lost is to be passed over. */
  readonly forgivesGaps: boolean;
  /** A message has come to the program. */
  readonly delivering: (life: Life, delivery: BrokerDelivery) => void;
  /** An ack is about to be sent for what these brought. */
  readonly acking: (
    life: Life,
    deliveries: readonly BrokerDelivery[],
  ) => void;
}

/**
 * The program from its start to its end: everything that `eventcounter count`
 * puts together, on a broker, a disk and a clock that are models.
 */
export class Life implements ConnectionUser, DiskUser, Clock {
  isKilled = false;
  /** How it ended. */
  result: RunResult | undefined;
  error: unknown;
  /** Fulfilled when it has ended, killed or not. */
  readonly over = Promise.withResolvers<void>();
  /** Deliveries that the pipeline has taken. */
  taken: Delivery[] = [];
  /** When it last had something to do: silence begins there. */
  busyUntil = 0;
  /** What the silence was that the final files were written after. */
  silence = Infinity;
  connection: ModelConnection | undefined;
  /** Its connections to PostgreSQL. */
  readonly clients = new Set<ModelClient>();
  /** What was acked to the broker in it. */
  readonly acked: BrokerDelivery[] = [];
  /** The faults that it has met. */
  readonly suffered = new Set<string>();
  readonly began: number;
  readonly #place: Place;
  readonly #stop = new AbortController();

  constructor(place: Place) {
    this.#place = place;
    this.began = this.busyUntil = place.world.now;
    this.#run().then(
      (result) => this.result = result,
      (error) => this.error = error,
    ).then(() => this.over.resolve());
  }

  now(): number {
    return this.#place.world.wall;
  }

  monotonic(): number {
    return this.#place.world.now;
  }

  after(milliseconds: number, run: () => void): () => void {
    return this.#place.world.after(milliseconds, () => {
      if (this.isKilled) return;
      run();
      this.#place.world.step("timer");
    });
  }

  attached(): void {
    this.busyUntil = this.monotonic();
  }

  acking(deliveries: readonly BrokerDelivery[]): void {
    this.#place.acking(this, deliveries);
    this.acked.push(...deliveries);
  }

  delivering(delivery: BrokerDelivery): void {
    this.#place.delivering(this, delivery);
  }

  /** SIGTERM. */
  signal(): void {
    this.#stop.abort();
  }

  /** SIGKILL: its sockets are closed, what it has sent still arrives. */
  kill(): void {
    this.isKilled = true;
    this.over.resolve();
    const { connection } = this;
    connection?.up.send(() => connection.endAtBroker());
    for (const client of this.clients) client.hangUp();
  }

  async #run(): Promise<RunResult> {
    const { plan, world, broker, forgivesGaps } = this.#place;
    const snapshot = new Snapshot(OUT, TYPES);
    // Workers that share a ledger have a folder each, which is not looked at.
    const isAlone = plan.workers === 1;
    if (isAlone) await snapshot.prepare();
    const ledger = await this.#place.openLedger(this);
    const source = new WatchedSource({
      address: ADDRESS,
      queue: "eventcountertest",
      prefetch: plan.prefetch,
      holdAll: plan.ledger === "memory",
      from: forgivesGaps ? "first" : undefined,
      prepare: () => Promise.resolve(),
      connectTimeout: 30_000,
      reconnectTimeout: 300_000,
      clock: this,
      connect: () => this.#connect(world, broker),
    });
    source.told = (taken) => {
      this.taken.push(...taken);
      this.busyUntil = this.monotonic();
      world.tell(`take ${taken.length}`);
    };
    const pipeline = new Pipeline({
      source,
      ledger,
      types: new Set(TYPES),
      consumers: (tally) => [this.#consumer(tally)],
      idle: plan.idle,
      untilEmpty: plan.untilEmpty,
      checkpointSize: plan.checkpointSize,
      checkpointInterval: plan.checkpointInterval,
      deliveryLimit: plan.deliveryLimit,
      channelCapacity: plan.channelCapacity,
      snapshotInterval: plan.snapshotInterval,
      signal: this.#stop.signal,
      clock: this,
      snapshot: async () => {
        if (!isAlone) return [];
        this.silence = this.monotonic() - this.busyUntil;
        return (await snapshot.write(ledger)).files;
      },
    });
    try {
      return await pipeline.run();
    } finally {
      await ledger.close();
    }
  }

  #connect(world: World, broker: Broker): Promise<ModelConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<
      ModelConnection
    >();
    this.after(1, () => {
      world.step("connect");
      if (!broker.isUp) {
        return reject(new Error("connect ECONNREFUSED 127.0.0.1:5672"));
      }
      const { latency } = this.#place.plan;
      this.connection = new ModelConnection(world, broker, this, latency);
      world.tell("connected");
      resolve(this.connection);
    });
    return promise;
  }

  /** The counting consumer, which may take its time. */
  #consumer(tally: Tally): EventConsumer {
    const { plan, world } = this.#place;
    const counting = new CountingConsumer(tally);
    return {
      handlerFor: (type) => {
        const handle = counting.handlerFor(type);
        if (plan.slowness === 0) return handle;
        return async (userId, event, signal) => {
          const time = world.random.below(plan.slowness + 1);
          await new Promise<void>((resolve) => this.after(time, resolve));
          await handle(userId, event, signal);
          this.busyUntil = this.monotonic();
        };
      },
    };
  }
}

/** The real source, which tells what the pipeline takes from it. */
class WatchedSource extends AmqpSource {
  told: (taken: readonly Delivery[]) => void = () => {};

  override take(most: number): readonly Delivery[] {
    const taken = super.take(most);
    if (taken.length > 0) this.told(taken);
    return taken;
  }
}

const ADDRESS = parseAmqpAddress("amqp://model");
