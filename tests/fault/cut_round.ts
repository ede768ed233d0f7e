import { type CutPoint, METHOD, TcpProxy } from "../support/tcp_proxy.ts";
import { assertFine, Drain, endOf, GRACE } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";

/** Silence that ends a run, in ms. */
const IDLE = 1_000;

/** One stream, drained by one run whose connection is cut again and again. */
export async function cutRound(
  url: string,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await Drain.make(choices, {
    url,
    size: choices.between(1_500, 3_000),
    checkpointSize: choices.oneOf([20, 50, 100]),
  });
  await using proxy = await TcpProxy.start(url);
  const running = drain.start({
    url: proxy.url(),
    args: ["--idle", `${IDLE}ms`],
  });
  let ended = false;
  running.ended.then(() => ended = true);
  for (let cuts = choices.between(8, 14); cuts > 0; cuts--) {
    const fault = choices.oneOf(["cut", "cut", "reset"] as const);
    const cut = proxy.plan(cutPointOf(choices), fault);
    await Promise.race([cut, running.ended]);
    if (ended) break;
    score.add("cuts");
    if (choices.between(1, 6) > 1) continue;
    proxy.refuse();
    // For a time that is longer than the first attempts to connect again.
    const refusal = choices.between(100, 2 * IDLE);
    await new Promise((resolve) => setTimeout(resolve, refusal));
    await proxy.admit();
  }
  assertFine(await endOf(running, IDLE + GRACE));
  score.compared(await drain.compare(), choices.repeat);
}

/** Anywhere in a connection's life: its beginning, its middle, its end. */
function cutPointOf(choices: Choices): CutPoint {
  const bytes = choices.between(0, 60);
  switch (choices.between(1, 6)) {
    case 1:
      return {
        direction: "toBroker",
        method: choices.oneOf([METHOD.open, METHOD.consume]),
        frame: 1,
        bytes: choices.between(0, 10),
      };
    case 2:
      // After so many bytes, whatever they are.
      return {
        direction: "toProgram",
        frame: 0,
        bytes: choices.between(1, 40_000),
      };
    case 3:
    case 4:
      return {
        direction: "toBroker",
        method: METHOD.ack,
        frame: choices.between(1, 4),
        bytes: choices.between(0, 20),
      };
    default:
      return {
        direction: "toProgram",
        method: METHOD.deliver,
        frame: choices.between(1, 300),
        bytes,
      };
  }
}
