import { assert, assertEquals } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { onBroker } from "../support/on_broker.ts";
import {
  type Ended,
  type ProgramOptions,
  type Running,
  startProgram,
} from "../support/program.ts";
import { type EventStream, makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";
import {
  checkFilesAreWhole,
  compareWithStream,
  type Comparison,
} from "./comparison.ts";
import { Choices, chooseSeed } from "./seed.ts";
import { KILL_VARIABLE, type Step } from "./steps.ts";

const seed = chooseSeed();

/** After a fault is over, a run may take its idle time and so much, in ms. */
export const GRACE = 10_000;

/** Runs after the faults that may be needed to empty the queue. */
const LAST_RUNS = 3;

/** What a drain is made of; whatever is left out is chosen for small faults. */
export interface DrainOptions {
  /** A broker of the test's own. Default: the one of the test run. */
  readonly url?: string;
  /** Default 2,000. */
  readonly size?: number;
  /** Parts of the whole, 0 to 1. Default 0.2. */
  readonly duplicates?: number;
  /** Default 0.02. */
  readonly invalid?: number;
  /** Whether no two invalid ones are equal. Default: most are. */
  readonly distinct?: boolean;
  /** Whether the stream is published at once. Default: yes. */
  readonly publish?: boolean;
  /** Arguments of the queue. Default: none, so it is a classic one. */
  readonly queueArguments?: Record<string, unknown>;
  /** Streams that share the users out, instead of the queue. Default: none. */
  readonly partitions?: number;
  /** Default 50, so that a drain has many of them to be interrupted at. */
  readonly checkpointSize?: number;
}

/** How one run differs from the usual. */
export interface RunOptions extends ProgramOptions {
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Another way to the broker. */
  readonly url?: string;
  /** Another output folder. */
  readonly out?: string;
}

/** A program did not end in time. */
export class Hang extends Error {
  override readonly name = "Hang";
}

/**
 * A known stream in a queue of its own, and the program that drains it, with as
 * many faults as a test wants. {@linkcode settle} then runs it until the queue
 * is empty, and holds the result against the stream's.
 */
export class Drain implements AsyncDisposable {
  readonly out: string;
  /** The SQLite file, or nothing with `memory:`. */
  ledgerPath: string | undefined;
  /**
   * Whether a broker may have forgotten acks of a run that is over, so that a
   * rejection at the edge of its batch is recorded once more.
   */
  mayRejectAgain = false;

  private constructor(
    readonly place: Place,
    readonly stream: EventStream,
    readonly choices: Choices,
    private readonly checkpointSize: number,
  ) {
    this.out = `${place.folder}/out`;
    this.ledgerPath = `${this.out}/eventcounter.db`;
  }

  /** Makes the queue and publishes the stream that the choices choose. */
  static async make(
    choices: Choices,
    options: DrainOptions = {},
  ): Promise<Drain> {
    const users = 50;
    const { size = 2_000, duplicates, invalid, distinct } = options;
    const stream = makeStream({
      ...{ seed: choices.nextSeed(), size, users },
      ...{ duplicates, invalid, distinct },
    });
    const place = await Place.make(options.url, options.queueArguments);
    const { partitions } = options;
    if (partitions !== undefined) await place.partition(partitions, users);
    if (options.publish !== false) await place.publish(stream.messages);
    return new Drain(place, stream, choices, options.checkpointSize ?? 50);
  }

  /** The same with the choices that a name gives, which are told. */
  static async named(name: string, options?: DrainOptions): Promise<Drain> {
    const choices = new Choices(seed, name);
    console.log(choices.repeat);
    return await Drain.make(choices, options);
  }

  /** The arguments of the program. */
  arguments({ args = [], url, out = this.out }: RunOptions = {}): string[] {
    const usual = this.place.countArguments(out, url);
    const size = this.checkpointSize;
    const small = ["--prefetch", `${4 * size}`, "--checkpoint-size", `${size}`];
    return [...usual, ...small, ...args];
  }

  /** Starts the program on the queue. */
  start(options: RunOptions = {}): Running {
    return startProgram(this.arguments(options), options);
  }

  /** Runs the program to its end. @param limit In ms from its start. */
  async run(options: RunOptions = {}, limit = GRACE): Promise<Ended> {
    return await endOf(this.start(options), limit);
  }

  /**
   * Runs the program, which kills itself when it passes a step for the n-th
   * time.
   *
   * @returns Whether it got there; if not, it has reached its end.
   */
  async killAt(
    step: Step,
    passage: number,
    options: RunOptions = {},
  ): Promise<boolean> {
    const ended = await this.run({
      ...options,
      args: ["--until-empty", ...(options.args ?? [])],
      entry: "tests/fault/killed_program.ts",
      env: { [KILL_VARIABLE]: `${step}:${passage}` },
    });
    await checkFilesAreWhole(this.out);
    if (ended.code === 0) return false;
    assertKilled(ended);
    return true;
  }

  /**
   * Runs the program until the queue is empty, at least once, and compares.
   *
   * @throws {Hang} If a run does not end in time. An assertion error if one
   * fails.
   */
  async compare(options: RunOptions = {}): Promise<Comparison> {
    const args = ["--until-empty", ...(options.args ?? [])];
    for (let run = 1; run === 1 || await this.#left() > 0; run++) {
      assert(run <= LAST_RUNS, `${await this.#left()} messages are left`);
      if (!this.place.isPartitioned) await this.untilAlone();
      assertFine(await this.run({ ...options, args }));
    }
    return await this.compareNow();
  }

  /** Compares without another run. */
  async compareNow(): Promise<Comparison> {
    return await compareWithStream(
      this.out,
      this.ledgerPath,
      this.stream,
      this.mayRejectAgain,
    );
  }

  /** Runs it until the queue is empty, and nothing may differ. */
  async settle(options: RunOptions = {}): Promise<void> {
    assertExact(await this.compare(options));
  }

  /**
   * The same after a run that has ended well: another is needed only if its
   * last ack did not reach the broker.
   */
  async settleRest(): Promise<void> {
    if (await this.#left() > 0) return await this.settle();
    assertExact(await this.compareNow());
  }

  async #left(): Promise<number> {
    // Of a stream one run leaves nothing, and no other puts anything back.
    if (this.place.isPartitioned) return 0;
    await this.untilAlone();
    return (await this.queue()).ready;
  }

  /**
   * Waits until the broker knows that nobody consumes any more. By then it has
   * put back what a dead consumer had not acked.
   */
  async untilAlone(): Promise<void> {
    await this.untilConsumers(0);
  }

  /** Waits until so many consume. */
  async untilConsumers(number: number): Promise<void> {
    await until(
      `${number} consumer(s) are on the queue`,
      async () => (await this.queue()).consumers === number,
    );
  }

  /** The queue as the broker sees it, through a connection of its own. */
  async queue(): Promise<{ ready: number; consumers: number }> {
    return await onBroker(this.place.url, async (connection) => {
      const channel = await connection.createChannel();
      const queue = await channel.checkQueue(this.place.queue);
      return { ready: queue.messageCount, consumers: queue.consumerCount };
    });
  }

  /**
   * Waits until checkpoints have been written, by the size of SQLite's log.
   *
   * @param bytes A checkpoint of 50 takes some 10,000.
   */
  async untilCheckpoints(bytes = 60_000): Promise<void> {
    await until("checkpoints are written", async () => {
      try {
        return (await Deno.stat(`${this.ledgerPath}-wal`)).size > bytes;
      } catch {
        return false;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
  }
}

/**
 * Waits for the end of a program.
 *
 * @param limit In ms from now.
 * @throws {Hang} If the limit passes; the program is killed then.
 */
export async function endOf(
  { process, ended }: Running,
  limit = GRACE,
): Promise<Ended> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) =>
    timer = setTimeout(() => resolve(undefined), limit)
  );
  const result = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (result !== undefined) return result;
  process.kill("SIGKILL");
  const { stderr } = await ended;
  throw new Hang(`It did not end within ${limit / 1_000} s:\n${stderr}`);
}

/** The end of a run without a complaint. @returns Its summary. */
export function assertFine({ code, complaints, stderr, stdout }: Ended) {
  assertEquals([code, complaints], [0, []], stderr);
  return JSON.parse(stdout);
}

function assertExact({ lost, countedTwice, differences }: Comparison): void {
  assertEquals([lost, countedTwice, differences], [0, 0, []]);
}

/** The end of a program that was killed: not a word. */
export function assertKilled({ code, complaints, stderr }: Ended): void {
  assertEquals([code, complaints], [137, []], stderr);
}

/** The end of a program that could not go on: its exit code and one line. */
export function assertRefused(ended: Ended, code: number): void {
  assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
  assertEquals(ended.complaints.length, 1, ended.stderr);
}

/**
 * One run has counted the whole stream, and ended because nothing came.
 *
 * @returns Its summary.
 */
export function assertOneRun(ended: Ended, stream: EventStream) {
  const summary = assertFine(ended);
  const { unique, rejected, stopped } = summary;
  assertEquals(
    [unique, rejected, stopped],
    [stream.unique, stream.rejected.length, "idle"],
  );
  return summary;
}
