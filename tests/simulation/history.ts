import { Killed, oneTurn, World } from "./world.ts";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";
import { Broker, BrokerChannel } from "./broker.ts";
import { Disk, takeOver } from "./disk.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { Life } from "./life.ts";
import { Broken, Oracle } from "./oracle.ts";
import { Database } from "./postgres.ts";
import { LedgerWitness } from "./witness.ts";
import type { Fault, Plan } from "./plan.ts";
// Loaded here, so that loading it later takes no time.
import "../../src/source/stream/stream_consumption.ts";

/** Lives after which no fault comes any more. */
const FAULTY_LIVES = 8;

/** Lives that must be enough. */
const MOST_LIVES = 30;

/** A program that has nothing to do for so long will never end, in ms. */
const FOR_EVER = 600_000;

/** Before time leaps by so much, in ms, the program gets so many turns. */
const LEAP = 5, TURNS = 12;

/** Turns of the event loop that a run takes at most with no help of the world. */
const RESTFUL_TURNS = 100;

/** What has become of a history. */
export interface Outcome {
  /** Which promise was not kept, if one was not. */
  readonly broken: string | undefined;
  readonly trace: readonly string[];
  /** How often each kind of fault has struck. */
  readonly struck: ReadonlyMap<string, number>;
  readonly lives: number;
  readonly steps: number;
}

/**
 * Plays a history: the program lives on its world until something ends it, and
 * lives again, until all is published, nothing goes wrong, and it has ended.
 */
export async function play(plan: Plan, isTold = false): Promise<Outcome> {
  const history = new History(plan, isTold);
  return await history.play();
}

/** In memory; it is there as long as the oracle looks at it. */
const DATABASE = "file:ledger?mode=memory&cache=shared&for=";

class History {
  readonly #plan: Plan;
  readonly #world: World;
  readonly #broker: Broker;
  readonly #disk: Disk;
  readonly #oracle: Oracle;
  /** What workers share, if there are several. */
  readonly #database: Database;
  /** Each in its latest life. */
  readonly #workers: (Life | undefined)[] = [];
  #lives = 0;
  #forgivesGaps = false;
  #toPublish: number;
  #broken: unknown;

  constructor(plan: Plan, isTold: boolean) {
    this.#plan = plan;
    const world = this.#world = new World(plan.seed, plan.faults, isTold);
    this.#broker = new Broker(world, plan);
    this.#disk = new Disk(world);
    this.#toPublish = plan.messages.length;
    this.#database = new Database(world, plan.latency, () => {
      this.#broken ??= new Broken("transactions wait for each other");
    });
    this.#oracle = new Oracle(plan, {
      ...{ world, broker: this.#broker, disk: this.#disk },
      witness: plan.ledger === "postgres"
        ? this.#database
        : new LedgerWitness(DATABASE),
    });
    world.strike = (fault) => {
      // With several at work, it is not known whose step it is.
      if (plan.workers === 1) this.#strike(fault, 0);
      else {world.after(0, () =>
          this.#strike(fault, world.random.below(plan.workers)));}
    };
  }

  async play(): Promise<Outcome> {
    const giveBack = takeOver(this.#world, this.#disk);
    const giveBackClients = this.#database.takeOver();
    let broken: string | undefined;
    try {
      this.#publish();
      await this.#follow(this.#liveAll());
      this.#oracle.checkEnd();
    } catch (error) {
      broken = error instanceof Broken || isAssertion(error)
        ? error.message
        : (error as Error).stack;
      this.#world.tell(`BROKEN: ${broken}`);
    } finally {
      giveBack();
      giveBackClients();
      for (const life of this.#workers) if (life) life.isKilled = true;
      this.#disk.release();
      this.#oracle.close();
    }
    const { trace = [], struck, steps } = this.#world;
    return {
      broken,
      trace,
      struck,
      lives: this.#lives,
      steps: steps.get("step") ?? 0,
    };
  }

  /** All workers live, each again and again, until nothing more is to see. */
  async #liveAll(): Promise<void> {
    const workers = Array.from({ length: this.#plan.workers }, (_, i) => i);
    await Promise.all(workers.map(async (worker) => {
      while (!await this.#live(worker));
    }));
    // Whoever has ended last may have given something back.
    if (workers.length > 1) { while (!this.#isDrained) await this.#live(0); }
  }

  /** @returns Whether there is nothing more to see. */
  async #live(worker: number): Promise<boolean> {
    const world = this.#world;
    const { workers } = this.#plan;
    if (++this.#lives > FAULTY_LIVES * workers) world.disarm();
    if (this.#lives > MOST_LIVES * workers) {
      throw new Broken("the queue is never empty");
    }
    const isCalm = this.#toPublish === 0 && !this.#disk.isFull &&
      this.#broker.isUp && this.#broker.channels.size === 0;
    world.tell(`--- life ${this.#lives} of worker ${worker}`);
    const life = this.#workers[worker] = this.#disk.user = new Life({
      plan: this.#plan,
      world,
      broker: this.#broker,
      openLedger: (life) => this.#openLedger(life),
      forgivesGaps: this.#forgivesGaps,
      delivering: (life, delivery) => this.#oracle.noteDelivery(life, delivery),
      acking: (life, deliveries) => this.#watch(life, deliveries),
    });
    if (this.#disk.isFull) life.suffered.add("disk full");
    if (this.#disk.failsFromCommit) life.suffered.add("disk error");
    if (!this.#broker.isUp) life.suffered.add("restart");
    if (!this.#database.isUp) life.suffered.add("database");
    if (this.#broker.channels.size > 0) life.suffered.add("rival");
    await life.over.promise;
    const how = life.isKilled
      ? "killed"
      : life.result?.stopped ?? `${life.error}`;
    world.tell(`--- worker ${worker} ended: ${how}`);
    // What a killed program has sent still arrives; and time goes by.
    this.#disk.release();
    this.#oracle.checkLife(life);
    this.#forgivesGaps = life.error instanceof EventCounterError &&
      life.error.exitCode === EXIT.badInput;
    const { stopped } = life.result ?? {};
    const isDone = stopped === "idle" || stopped === "empty";
    if (workers > 1 && isDone && this.#toPublish === 0) return true;
    const isUntouched = isCalm && life.suffered.size === 0;
    if (isDone && (isUntouched || this.#isDrained)) return true;
    await this.#rest(1 + world.random.below(3_000));
    // Nothing is to be seen in runs that find an empty queue over and over.
    while (stopped === "idle" && this.#toPublish > 0) await this.#rest(1_000);
    return false;
  }

  #openLedger(life: Life): Promise<Ledger> {
    const { ledger } = this.#plan;
    if (ledger === "postgres") return this.#database.openLedger(life);
    if (ledger === "sqlite") return SqliteLedger.open(DATABASE);
    return Promise.resolve(new MemoryLedger());
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#world.after(milliseconds, () => resolve());
    });
  }

  /** Whether there is nothing left that a further life could find. */
  get #isDrained(): boolean {
    const { channels, ready, type } = this.#broker;
    const last = ready.at(-1)?.place ?? -1;
    return this.#toPublish === 0 && channels.size === 0 &&
      last <= (type === "stream" ? this.#oracle.position : -1);
  }

  /** Lets things happen until something is over. */
  async #follow(whole: Promise<void>): Promise<void> {
    const world = this.#world;
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    whole.then(over, over);
    for (let turns = 0;;) {
      await oneTurn();
      // A program that is busy is not overtaken by time.
      for (let more = world.leap > LEAP ? TURNS : 0; more > 0; more--) {
        await oneTurn();
      }
      // The source loads what it needs for a stream in a turn of its own.
      if (this.#plan.queue === "stream") {
        await import("../../src/source/stream/stream_consumption.ts");
      }
      if (this.#broken !== undefined) throw this.#broken;
      if (isOver) return await whole;
      const busy = this.#workers.map((life) => life?.busyUntil ?? 0);
      const quiet = Math.max(...busy, world.disturbed);
      if (world.next()) turns = 0;
      else if (++turns > RESTFUL_TURNS) throw new Broken("waits for nothing");
      if (world.now - quiet > FOR_EVER) throw new Broken("the run never ends");
    }
  }

  /** What is wrong with an ack is not the program's to catch. */
  #watch(...[life, deliveries]: Parameters<Oracle["checkAck"]>): void {
    try {
      this.#oracle.checkAck(life, deliveries);
    } catch (error) {
      this.#broken ??= error;
    }
  }

  #publish(): void {
    const times = Map.groupBy(this.#plan.messages, ({ at }) => at);
    for (const [at, messages] of times) {
      const publish = () => {
        // A publisher tries again until its messages are confirmed.
        if (!this.#broker.isUp) return void this.#world.after(100, publish);
        this.#world.tell(`publish ${messages.length}`);
        this.#world.disturbed = Math.max(
          this.#world.disturbed,
          this.#world.now,
        );
        this.#toPublish -= messages.length;
        this.#broker.publish(messages);
      };
      if (at === 0) publish();
      else this.#world.after(at, publish);
    }
  }

  #strike({ what, lasts }: Fault, worker: number): void {
    const world = this.#world;
    const life = this.#workers[worker];
    for (const one of this.#workers) one?.suffered.add(what);
    // Not in the middle of a transaction, which locks its tables.
    if (LOSSES.has(what)) world.after(0, () => this.#oracle.noteDoubts());
    switch (what) {
      case "kill":
        life?.kill();
        if (this.#plan.workers === 1) throw new Killed();
        return;
      case "signal":
        return life?.signal();
      case "cut":
        return this.#cut(life, 0);
      case "stall":
        return this.#cut(life, lasts);
      case "session":
        for (const one of this.#workers) this.#cutSessions(one, lasts);
        return;
      case "database":
        this.#database.goDown();
        return void world.after(lasts, () => {
          this.#database.isUp = true;
        });
      case "close channel":
        return void world.after(0, () => life?.connection?.refuseChannel());
      case "cancel consumer":
        return void world.after(0, () => this.#broker.cancelConsumers());
      case "restart":
      case "forget acks":
      case "retention":
        return void world.after(0, () => {
          this.#broker.goDown();
          for (const one of this.#workers) this.#cut(one, 0);
          world.after(lasts, () => {
            if (what === "retention") this.#retire();
            this.#broker.comeUp(what === "forget acks");
          });
        });
      case "rival":
        return void world.after(0, () => this.#rival(lasts));
      case "disk full":
        this.#disk.fullUntil = world.now + lasts;
        return;
      case "disk error":
        this.#disk.failsFromCommit = true;
        return;
      case "clock jump":
        world.wallOffset += (world.random.below(3) - 1) * 3_600_000;
        return;
    }
  }

  #retire(): void {
    this.#broker.retire();
    this.#oracle.noteRetired(this.#forgivesGaps);
  }

  /** @param late How long it takes the two sides to notice, at most. */
  #cut(life: Life | undefined, late: number): void {
    const world = this.#world;
    const connection = life?.connection;
    if (connection === undefined) return;
    connection.up.isCut = connection.down.isCut = true;
    world.after(world.random.below(late + 2), () => {
      const isLate = this.#workers.every((one) =>
        one?.connection !== connection
      );
      if (isLate) world.struck.set("late notice", 1);
      connection.endAtBroker();
    });
    world.after(world.random.below(late + 2), () => {
      if (connection.user.isKilled) return;
      connection.lose(new Error("read ECONNRESET"));
    });
  }

  /** What was asked before may still be done, and nobody hears of it. */
  #cutSessions(life: Life | undefined, late: number): void {
    const { random } = this.#world;
    for (const client of life?.clients ?? []) {
      client.up.isCut = random.below(4) === 0;
      client.down.isCut = true;
      this.#world.after(random.below(late + 2), () => client.server.end());
      const notices = random.below(2) === 0 ? 0 : random.below(late + 2);
      this.#world.after(notices, () => client.lose());
    }
  }

  #rival(lasts: number): void {
    if (this.#broker.type === "stream") return;
    const channel = new BrokerChannel(this.#broker, true);
    channel.prefetch(3);
    channel.consume({ from: undefined, deliver: () => {} });
    channel.pump();
    this.#world.after(lasts, () => channel.end());
  }
}

/** Faults that lose connections. */
const LOSSES = new Set<string>([
  ...["cut", "stall", "close channel", "cancel consumer"],
  ...["restart", "forget acks", "retention"],
]);

function isAssertion(error: unknown): error is Error {
  return error instanceof Error && error.name === "AssertionError";
}
