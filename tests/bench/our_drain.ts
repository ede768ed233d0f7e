import {
  AmqpSource,
  type Ledger,
  parseAmqpAddress,
  Pipeline,
  type Source,
  SqliteLedger,
  systemClock,
} from "../../src/mod.ts";
import type { Drain } from "./bare_consumer.ts";

/**
 * The tool itself, as the command line sets it up: a SQLite ledger on disk and
 * a checkpoint per half window.
 */
export async function drainOurs(
  url: string,
  queue: string,
  prefetch: number,
  folder: string,
): Promise<Drain> {
  const ledger = await SqliteLedger.open(`${folder}/${queue}.db`);
  const source = new AmqpSource({
    address: parseAmqpAddress(url),
    queue,
    prefetch,
    holdAll: false,
    prepare: () => Promise.resolve(),
    connectTimeout: 30_000,
    reconnectTimeout: 30_000,
    clock: systemClock,
  });
  const watch = new Stopwatch();
  const run = await new Pipeline({
    source: watch.startAtFirst(source),
    ledger: watch.stopAtCheckpoint(ledger),
    checkpointSize: prefetch / 2,
    untilEmpty: true,
    idle: 10_000,
  }).run();
  await ledger.close();
  return { milliseconds: watch.milliseconds, received: run.unique };
}

/**
 * Measures from the first delivery to the end of the last checkpoint, so
 * neither connecting nor waiting for the end counts.
 */
class Stopwatch {
  #started = 0;
  #ended = 0;

  get milliseconds(): number {
    return this.#ended - this.#started;
  }

  startAtFirst(source: Source): Source {
    const take = source.take.bind(source);
    source.take = (most) => {
      const taken = take(most);
      if (this.#started === 0 && taken.length > 0) {
        this.#started = performance.now();
      }
      return taken;
    };
    return source;
  }

  stopAtCheckpoint(ledger: Ledger): Ledger {
    const commit = ledger.commit.bind(ledger);
    ledger.commit = async (batch) => {
      await commit(batch);
      this.#ended = performance.now();
    };
    return ledger;
  }
}
