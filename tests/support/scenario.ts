import { CountingConsumer } from "../../src/count/counting_consumer.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { PipelineOptions } from "../../src/pipeline/pipeline_options.ts";
import type { RunResult } from "../../src/pipeline/run_result.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { JournalLedger } from "./journal_ledger.ts";
import {
  durableAdapters,
  type LedgerAdapter,
  ledgerAdapters,
} from "./ledger_adapters.ts";
import type { Message } from "./messages.ts";
import { ScriptedSource } from "./scripted_source.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

/** What a scenario may set; ledger and clock are the test's own. */
export interface ScenarioOptions
  extends
    Omit<Partial<PipelineOptions>, "source" | "ledger" | "clock" | "signal"> {
  /** Default: one that is attached at once. */
  readonly source?: ScriptedSource;
}

/** One run of a pipeline with everything around it in the test's hand. */
export class Scenario {
  /** What source, ledger and snapshot were asked to do, in order. */
  readonly journal: string[];
  readonly clock = new FakeClock();
  readonly source: ScriptedSource;
  readonly ledger: JournalLedger;
  readonly pipeline: Pipeline;
  readonly #stop = new AbortController();
  #run: Promise<RunResult> | undefined;
  /** Whether the run has come to its end, by success or by failure. */
  ended = false;

  /**
   * Makes the pipeline; {@linkcode start} starts it.
   *
   * @param ledger Where it counts.
   * @param options Settings. The default snapshot only notes that it is made.
   */
  constructor(ledger: Ledger, options: ScenarioOptions = {}) {
    this.source = options.source ?? new ScriptedSource();
    this.journal = this.source.journal;
    this.ledger = new JournalLedger(ledger, this.journal);
    this.pipeline = new Pipeline({
      snapshot: () => {
        this.journal.push("snapshot");
        return Promise.resolve(["a file"]);
      },
      ...options,
      source: this.source,
      ledger: this.ledger,
      clock: this.clock,
      signal: this.#stop.signal,
    });
  }

  /** Starts the run, and lets it come to rest with these messages. */
  async start(...messages: readonly Message[]): Promise<this> {
    this.source.push(...messages);
    this.#run = this.pipeline.run();
    const ended = () => {
      this.ended = true;
    };
    this.#run.then(ended, ended);
    await settle();
    return this;
  }

  /** Has more messages delivered, and lets the run come to rest. */
  async push(...messages: readonly Message[]): Promise<void> {
    this.source.push(...messages);
    await settle();
  }

  /** Stops the run as SIGTERM does. */
  stop(): void {
    this.#stop.abort();
  }

  /** The result of the run. @throws What the run throws. */
  get result(): Promise<RunResult> {
    if (this.#run === undefined) throw new Error("The run has not started");
    return this.#run;
  }

  /** Turns the clock until silence has ended the run. */
  async runToSilence(): Promise<RunResult> {
    for (let second = 0; !this.ended && second < 3_600; second++) {
      await this.clock.advance(1_000);
    }
    if (!this.ended) throw new Error("The run does not end");
    return await this.result;
  }

  /** Has these messages counted, too, and then the input come to its end. */
  async runToEnd(...messages: readonly Message[]): Promise<RunResult> {
    this.source.push(...messages);
    this.source.end();
    await this.start();
    return await this.result;
  }
}

/**
 * Consumers that count an event as soon as something is over.
 *
 * @param wait Called for each event.
 */
export function countingAfter(
  wait: () => Promise<unknown>,
): NonNullable<PipelineOptions["consumers"]> {
  return (tally) => {
    const counting = new CountingConsumer(tally);
    return [{
      handlerFor: (type) => async (user, event, signal) => {
        await wait();
        await counting.handlerFor(type)(user, event, signal);
      },
    }];
  };
}

const folder = new TemporaryFolder();

/** What a scenario test gets. */
export interface Stage {
  /** A new ledger. */
  readonly ledger: Ledger;
  /**
   * The ledger that the next run of the program would find: the same one if it
   * is durable, an empty one if it is not.
   */
  next(): Promise<Ledger>;
  /** One more new ledger. */
  fresh(): Promise<Ledger>;
}

type Test = (stage: Stage) => Promise<void>;

/** Ledgers for each of which a test is registered, named by its promise. */
class LedgersUnderTest {
  readonly #adapters: readonly LedgerAdapter[];

  constructor(adapters: readonly LedgerAdapter[]) {
    this.#adapters = adapters;
  }

  /** Registers a test. Its ledgers are closed when it is over. */
  test(promise: string, run: (stage: Stage) => Promise<void>): void {
    for (const adapter of this.#adapters) {
      folder.test(`${promise} (${adapter.name})`, async () => {
        const opened: Ledger[] = [];
        const fresh = async () => {
          const ledger = await adapter.open(folder.make());
          opened.push(ledger);
          return ledger;
        };
        const ledger = await fresh();
        const isDurable = adapter.crash !== undefined;
        const next = () => isDurable ? Promise.resolve(ledger) : fresh();
        try {
          await run({ ledger, next, fresh });
        } finally {
          for (const ledger of opened) await ledger.close();
        }
      });
    }
  }
}

/** Registers a test for each ledger. */
export const everyLedger = new LedgersUnderTest(ledgerAdapters);

/** Registers a test for each ledger that outlives its process. */
export const durableLedger = new LedgersUnderTest(durableAdapters);

/** Registers a test for each ledger that does not. */
export const forgetfulLedger = new LedgersUnderTest(
  ledgerAdapters.filter(({ crash }) => crash === undefined),
);
