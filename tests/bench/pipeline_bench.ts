import {
  type Ledger,
  MemoryLedger,
  Pipeline,
  SqliteLedger,
} from "../../src/mod.ts";
import { ArraySource } from "./array_source.ts";
import { benchMessages, type Message } from "./messages.ts";
import { heading, median, perSecond, type Report, rounded } from "./report.ts";

/**
 * The pipeline without a broker: decode, seen ids, router, one consumer per
 * type, tally, and a checkpoint per 5,000 into SQLite on disk; beside it the
 * same without a disk. The first pair warms up and does not count.
 */
export async function benchPipeline(
  report: Report,
  folder: string,
  { pairs, size }: { pairs: number; size: number },
): Promise<void> {
  heading(
    "Pipeline without a broker",
    `${pairs} pairs of ${
      rounded(size)
    } events, 1,000 users, 3 types, checkpoint 5,000`,
  );
  const messages = benchMessages(size);
  const onDisk: number[] = [], inMemory: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const ledger = await SqliteLedger.open(`${folder}/pipeline-${pair}.db`);
    const disk = await run(messages, ledger);
    await ledger.close();
    const memory = await run(messages, new MemoryLedger());
    if (pair > 0) {
      onDisk.push(disk);
      inMemory.push(memory);
    }
    console.log(
      `  ${pair === 0 ? "warm-up" : `pair ${pair}  `}  SQLite ${
        perSecond(size, disk).padStart(11)
      }   memory ${perSecond(size, memory).padStart(11)}`,
    );
  }
  report.note(
    `The pipeline alone counts ${
      perSecond(size, median(onDisk))
    } with SQLite on disk, and ${
      perSecond(size, median(inMemory))
    } with the ledger in memory (medians of ${pairs} runs in turn).`,
  );
}

async function run(
  messages: readonly Message[],
  ledger: Ledger,
): Promise<number> {
  const started = performance.now();
  const { unique } = await new Pipeline({
    source: new ArraySource(messages),
    ledger,
  }).run();
  if (unique !== messages.length) {
    throw new Error(
      `Bench: ${unique} of ${messages.length} events were counted`,
    );
  }
  return performance.now() - started;
}
