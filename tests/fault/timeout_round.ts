import { assertEquals, assertMatch } from "@std/assert";
import { startPrivateBroker } from "../../tools/broker.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { Drain, endOf, GRACE } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";

/** A broker that waits for acks no longer than this; it looks once a minute. */
const CONFIGURATION = ["consumer_timeout = 10000"];

/** Silence that ends a run, in ms. */
const IDLE = 20_000;

/** Published at a time, often enough that it never is so silent. */
const PART = 10;
const PART_INTERVAL = 2_000;

/**
 * With `memory:` everything is held unacked until the files are written. A
 * broker that loses its patience closes the channel (406) and delivers all of
 * it again, to the same run.
 */
export async function timeoutRound(
  choices: Choices,
  score: Score,
): Promise<void> {
  await using broker = await startPrivateBroker({
    configuration: CONFIGURATION,
  });
  await using drain = await Drain.make(choices, {
    url: broker.url,
    size: 500,
    publish: false,
  });
  drain.ledgerPath = undefined;
  await using proxy = await TcpProxy.start(broker.url);
  const running = drain.start({
    url: proxy.url(),
    args: ["--ledger", "memory:", "--idle", `${IDLE}ms`],
  });
  const { messages } = drain.stream;
  let published = 0, last = -Infinity;
  await until("the broker has closed the channel", async () => {
    if (performance.now() - last > PART_INTERVAL) {
      last = performance.now();
      await drain.place.publish(messages.slice(published, published + PART));
      published += PART;
    }
    return proxy.accepted > 1;
  }, 120_000);
  await drain.place.publish(messages.slice(published));
  const ended = await endOf(running, IDLE + GRACE);
  assertEquals([ended.code, ended.complaints], [0, []], ended.stderr);
  assertMatch(ended.stderr, /lost the broker.*PRECONDITION_FAILED/);
  score.compared(await drain.compareNow(), choices.repeat);
  await drain.untilAlone();
  assertEquals((await drain.queue()).ready, 0);
}
