import type { PrivateBroker } from "../../tools/broker.ts";
import { assertFine, assertKilled, Drain, endOf, GRACE } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";

/** Silence that ends a run, in ms; each part is published within it. */
const IDLE = 5_000;

/** One checkpoint in SQLite's log takes more than so many bytes. */
const PROGRESS = 8_000;

/**
 * One stream, published in parts; while each is drained, the broker is halted
 * or killed, and sometimes the program with it.
 */
export async function restartRound(
  broker: PrivateBroker,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await Drain.make(choices, {
    url: broker.url,
    size: choices.between(1_500, 3_000),
    publish: false,
  });
  const { messages } = drain.stream;
  const restarts = choices.between(2, 4);
  const part = Math.ceil(messages.length / restarts);
  const start = () => drain.start({ args: ["--idle", `${IDLE}ms`] });
  let running = start();
  for (let restart = 0; restart < restarts; restart++) {
    const before = await sizeOfLog(drain);
    await drain.place.publish(
      messages.slice(restart * part, (restart + 1) * part),
    );
    await drain.untilCheckpoints(before + PROGRESS);
    const isKilled = choices.oneOf([false, true]);
    await (isKilled ? broker.kill() : broker.halt());
    if (choices.between(1, 4) === 1) {
      running.process.kill("SIGKILL");
      assertKilled(await endOf(running));
      score.add("SIGKILLs");
      drain.mayRejectAgain ||= isKilled;
      // It meets no broker at first.
      running = start();
    }
    await broker.start();
    score.add("broker restarts");
    if (restart < restarts - 1) {
      await drain.place.untilOpen();
      await drain.untilConsumers(1);
    }
  }
  assertFine(await endOf(running, IDLE + GRACE));
  score.compared(await drain.compare(), choices.repeat);
}

async function sizeOfLog({ ledgerPath }: Drain): Promise<number> {
  try {
    return (await Deno.stat(`${ledgerPath}-wal`)).size;
  } catch {
    return 0;
  }
}
