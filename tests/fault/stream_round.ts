import { assertEquals } from "@std/assert";
import type { PrivateBroker } from "../../tools/broker.ts";
import { countStoredIds } from "../support/stored_ids.ts";
import { until } from "../support/until.ts";
import { compareWithStream } from "./comparison.ts";
import { assertKilled, Drain, endOf } from "./drain.ts";
import { killOnce } from "./kill_round.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";

/** How much a round has of everything. */
export interface StreamOptions {
  readonly broker: PrivateBroker;
  readonly size: number;
  /** How often the program is killed at most. */
  readonly faults: number;
}

/**
 * One stream in three partitions, published in parts; while each is counted,
 * the program is killed, and once the broker is, too, or halted. In the end all
 * of it is counted anew into a new ledger, which must give the same.
 */
export async function streamRound(
  { broker, size, faults }: StreamOptions,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await Drain.make(choices, {
    url: broker.url,
    size,
    partitions: 3,
    checkpointSize: choices.oneOf([20, 50, 100]),
    publish: false,
  });
  const { place, stream } = drain;
  // While the broker restarts there are two more parts.
  const parts = split(stream.messages, faults + 1);
  // A broker that is killed just when its first stream is there never opens it.
  const restart = choices.between(1, faults - 1);
  for (let fault = 0; fault < faults; fault++) {
    await place.publish(parts.shift()!);
    if (fault !== restart) {
      if (await killOnce(drain, choices)) score.add("SIGKILLs on streams");
      continue;
    }
    const running = drain.start({ args: ["--idle", "0"] });
    await untilMoreIds(drain);
    await (choices.oneOf([true, false]) ? broker.halt() : broker.kill());
    await broker.start();
    score.add("broker restarts under streams");
    await place.untilOpen();
    await place.publish(parts.shift()!);
    await untilMoreIds(drain);
    running.process.kill("SIGKILL");
    assertKilled(await endOf(running));
    score.add("SIGKILLs on streams");
  }
  score.compared(await drain.compare(), choices.repeat);

  const again = `${place.folder}/again`;
  const { code, complaints, stderr } = await drain.run({
    out: again,
    args: ["--until-empty"],
  });
  assertEquals([code, complaints], [0, []], stderr);
  score.compared(
    await compareWithStream(again, `${again}/eventcounter.db`, stream),
    `${choices.repeat} (counted anew)`,
  );
}

function split<T>(all: readonly T[], parts: number): (readonly T[])[] {
  const size = Math.ceil(all.length / parts);
  return Array.from(
    { length: parts },
    (_, part) => all.slice(part * size, (part + 1) * size),
  );
}

/** Waits until the ledger has ids that it does not have now. */
async function untilMoreIds({ ledgerPath }: Drain): Promise<void> {
  const before = countStoredIds(ledgerPath!);
  await until(
    "more is counted",
    () => countStoredIds(ledgerPath!) > before,
  );
}
