import type { PrivateBroker } from "../../tools/broker.ts";
import type { PrivatePostgres } from "../../tools/postgres.ts";
import { openLedgerReader } from "../../src/cli/open_ledger_reader.ts";
import { Place } from "../support/broker_place.ts";
import { Publisher } from "../support/publisher.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { Choices } from "../fault/seed.ts";
import { type EndlessMessage, EndlessStream, USERS } from "./endless_stream.ts";
import { BYTES_PER_ID, judge } from "./footprint.ts";
import { compare } from "./outcome.ts";
import { LAST_RUN, Worker } from "./worker.ts";

/** What a leg counts from, and into. */
export interface LegOptions {
  readonly name: string;
  /** Streams in the place of the queue. Default: none. */
  readonly partitions?: number;
  /** A database for the ledger in the place of SQLite. Default: none. */
  readonly postgres?: PrivatePostgres;
  /** How many share the ledger. Default: 1. */
  readonly workers?: number;
  readonly broker: PrivateBroker;
  readonly seed: number;
  /** How long it publishes, in s. */
  readonly seconds: number;
}

/** Messages published between two looks at what is counted. */
const PART = 10_000;

/** So many events are not counted at most: there is always something to do. */
const BEHIND = 60_000;

/**
 * Between two cuts, kills of a worker, and restarts of a server, in s. Lives
 * are so long that 8 bytes a message would not fit into the heap.
 */
const CUTS = [2, 8] as const;
const KILLS = [400, 600] as const;
const RESTARTS = [60, 150] as const;

/** Between two looks at the workers, and between two lines, in ms. */
const SAMPLE_INTERVAL = 1_000;
const LINE_INTERVAL = 30_000;

/** What streams keep, in bytes: many times what is not counted. */
const RETENTION = {
  "x-max-length-bytes": 200_000_000,
  "x-stream-max-segment-size-bytes": 20_000_000,
};

/** Rejections whose acks a broker may forget when it is killed. */
const FORGOTTEN = 20;

/** One kind of source and ledger, at full rate and with faults at random. */
export class Leg {
  readonly #problems: string[] = [];
  readonly #choices: Choices;
  readonly #stream: EndlessStream;
  readonly #started = performance.now();
  readonly #tally = {
    cuts: 0,
    "kills of the program": 0,
    "restarts of the broker": 0,
    "kills of the broker": 0,
    "restarts of PostgreSQL": 0,
    "kills of PostgreSQL": 0,
  };
  readonly #workers: Worker[];
  /** Events in the ledger, when it could be read last. */
  #counted = 0;
  /** Messages that must be rejected and were published more than once. */
  #badAgain = 0;

  private constructor(
    private readonly options: LegOptions,
    private readonly place: Place,
    private readonly proxy: TcpProxy,
  ) {
    const { name, seed, postgres, workers = 1 } = options;
    this.#choices = new Choices(seed, name);
    this.#stream = new EndlessStream(new Choices(seed, `${name} stream`));
    const fail = (problem: string) => this.#problems.push(problem);
    this.#workers = Array.from({ length: workers }, (_, number) => {
      const out = `${place.folder}/out-${number}`;
      const args = place.countArguments(out, proxy.url());
      const ledger = postgres && ["--ledger", `${postgres.url}?schema=soak`];
      return new Worker(out, [...args, ...ledger ?? []], fail);
    });
  }

  /** Runs a leg to its end. @returns Whether all was as it must be. */
  static async run(options: LegOptions): Promise<boolean> {
    const { broker, partitions } = options;
    await using place = await Place.make(broker.url);
    if (partitions) await place.partition(partitions, USERS, RETENTION);
    await using proxy = await TcpProxy.start(broker.url);
    const leg = new Leg(options, place, proxy);
    try {
      await leg.#run();
    } finally {
      await Promise.all(leg.#workers.map((worker) => worker.end()));
    }
    return leg.#problems.length === 0;
  }

  async #run(): Promise<void> {
    const { broker, postgres } = this.options;
    const sampler = setInterval(() => this.#look(), SAMPLE_INTERVAL);
    const reporter = setInterval(() => console.log(this.#line), LINE_INTERVAL);
    await Promise.all([
      this.#publish(),
      this.#every(CUTS, () => {
        this.#tally.cuts += this.proxy.cut();
      }),
      ...this.#workers.map((worker) =>
        this.#every(KILLS, async () => {
          this.#tally["kills of the program"]++;
          await worker.kill();
        })
      ),
      this.#every(RESTARTS, () => this.#restart(broker, "the broker")),
      postgres &&
      this.#every(RESTARTS, () => this.#restart(postgres, "PostgreSQL")),
    ]);
    const rate = Math.round(this.#stream.size / this.#seconds);
    if (this.#problems.length === 0) await this.#settle();
    clearInterval(sampler);
    clearInterval(reporter);
    console.log(`${this.#line} (${rate}/s), ${this.#stream.unique} unique`);
    for (const worker of this.#workers) this.#judge(worker);
    for (const problem of this.#problems) console.log(`  WRONG: ${problem}`);
  }

  get #seconds(): number {
    return (performance.now() - this.#started) / 1_000;
  }

  get #isOver(): boolean {
    return this.#seconds >= this.options.seconds || this.#problems.length > 0;
  }

  get #line(): string {
    const faults = Object.entries(this.#tally).filter(([, times]) => times > 0);
    return [
      `${this.options.name} ${this.#seconds.toFixed(0)} s: ` +
      `${this.#stream.size} published, ${this.#counted} counted`,
      ...faults.map(([what, times]) => `${times} ${what}`),
    ].join(", ");
  }

  /** Does something again and again, after random times. */
  async #every(
    [least, most]: readonly [number, number],
    act: () => Promise<void> | void,
  ): Promise<void> {
    for (;;) {
      const next = this.#seconds +
        this.#choices.between(1_000 * least, 1_000 * most) / 1e3;
      await until(
        "it is time",
        () => this.#isOver || this.#seconds >= next,
        1_000 * (most + 60),
      );
      if (this.#isOver) return;
      await act();
    }
  }

  async #restart(
    server: PrivateBroker | PrivatePostgres,
    name: "the broker" | "PostgreSQL",
  ): Promise<void> {
    const isKilled = this.#choices.oneOf([true, false]);
    this.#tally[`${isKilled ? "kills" : "restarts"} of ${name}`]++;
    await (isKilled ? server.kill() : server.halt());
    await server.start();
  }

  async #publish(): Promise<void> {
    let publisher = await Publisher.connect(this.place.url);
    while (!this.#isOver) {
      let part: EndlessMessage[] = Array.from(
        { length: PART },
        () => this.#stream.next(),
      );
      for (;;) {
        part = await publisher.attempt(this.place.exchange, part);
        if (part.length === 0) break;
        this.#badAgain += part.filter(({ isBad }) => isBad).length;
        await publisher.close().catch(() => {});
        await this.#whileAway(() => this.place.untilOpen());
        publisher = await Publisher.connect(this.place.url);
      }
      await until(
        "the program keeps up",
        () => this.#isOver || this.#stream.unique - this.#counted < BEHIND,
        LAST_RUN,
      );
    }
    await publisher.close();
  }

  /** Repeats what fails while the broker is away. */
  async #whileAway(act: () => Promise<void>): Promise<void> {
    await until(
      "the broker is back",
      () => act().then(() => true, () => false),
      LAST_RUN,
    );
  }

  async #look(): Promise<void> {
    this.#counted = await this.#count() ?? this.#counted;
    for (const worker of this.#workers) await worker.sample(this.#counted);
  }

  /** Events in the ledger; nothing while it is being made, or is away. */
  async #count(): Promise<number | undefined> {
    try {
      await using ledger = await openLedgerReader(this.#ledger, 1);
      let events = 0;
      for (const type of await ledger.types()) {
        events += (await ledger.totals(type)).events;
      }
      return events;
    } catch {
      return undefined;
    }
  }

  /** Where the ledger is, and the folder of the first worker. */
  get #ledger() {
    const { postgres } = this.options;
    const out = this.#workers[0]!.out;
    return postgres ? { ledger: `${postgres.url}?schema=soak`, out } : { out };
  }

  /** Has everything counted that was published, and compares. */
  async #settle(): Promise<void> {
    await until(
      "everything is counted",
      () => this.#problems.length > 0 || this.#counted === this.#stream.unique,
      LAST_RUN,
    );
    // One that has only just been started would not take a signal yet.
    await until(
      "all are connected",
      () => this.proxy.open >= this.#workers.length,
      LAST_RUN,
    );
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    const kills = this.#tally["kills of the broker"];
    const { ledger } = this.#ledger;
    for (const worker of this.#workers) {
      const began = await worker.finish();
      const outcome = { out: worker.out, ledger, began };
      const again = this.#badAgain + FORGOTTEN * kills;
      const wrong = await compare(outcome, this.#stream, again);
      this.#problems.push(...wrong);
    }
  }

  #judge({ lives }: Worker): void {
    const bytes = this.options.postgres ? 0 : BYTES_PER_ID;
    const { text, problems } = judge(lives, bytes);
    console.log(`  ${lives.length} lives, ${text}`);
    this.#problems.push(...problems);
  }
}
