import { assert, assertMatch } from "@std/assert";
import { type PrivateBroker, startPrivateBroker } from "../../tools/broker.ts";
import { jsonFiles } from "../support/broker_place.ts";
import { assertOneRun, assertRefused, Drain, endOf, GRACE } from "./drain.ts";

/** Silence that ends a run, in ms: much shorter than a restart takes. */
const IDLE = 1_000;

/** Drains while something happens to the broker, in one run. */
async function drainWhile(
  broker: PrivateBroker,
  name: string,
  fault: () => Promise<void>,
): Promise<void> {
  await using drain = await Drain.named(name, {
    url: broker.url,
    size: 5_000,
  });
  const running = drain.start({ args: ["--idle", `${IDLE}ms`] });
  await drain.untilCheckpoints();
  await fault();
  const ended = await endOf(running, IDLE + GRACE);
  const { redelivered } = assertOneRun(ended, drain.stream);
  assert(redelivered > 0, "it was interrupted with deliveries unacked");
  await drain.settleRest();
}

Deno.test("broker halted, and killed, in mid-drain: totals exact, one run each", async (t) => {
  await using broker = await startPrivateBroker();
  await t.step("halted and started again", async () => {
    await drainWhile(broker, "broker halted", async () => {
      await broker.halt();
      await broker.start();
    });
  });
  // It may give back messages whose ack it had taken, but not yet written.
  await t.step("killed by SIGKILL and started again", async () => {
    await drainWhile(broker, "broker killed", async () => {
      await broker.kill();
      await broker.start();
    });
  });
});

Deno.test("broker gone for good in the middle of a drain: 69, and what was counted is on disk", async () => {
  await using broker = await startPrivateBroker();
  const { url } = broker;
  await using drain = await Drain.named("broker gone", { url, size: 5_000 });
  const running = drain.start({ args: ["--reconnect-timeout", "1s"] });
  await drain.untilCheckpoints();
  await broker.kill();
  const ended = await endOf(running);
  assertRefused(ended, 69);
  assertMatch(ended.stderr, / INFO +[\d,]+ received until then: [1-9]/);
  assert((await jsonFiles(drain.out)).size > 0, "the files equal the ledger");
  await broker.start();
  await drain.settle();
});
