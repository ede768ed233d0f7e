import { assertEquals, assertMatch } from "@std/assert";
import type { Ended } from "../support/program.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { assertOneRun, Drain, endOf, GRACE } from "./drain.ts";
import type { Choices } from "./seed.ts";

/** Silence that ends a run, in ms. */
const IDLE = 500;

/**
 * Drains through a proxy with one fault, in one run that must come through, and
 * holds the result against the stream.
 *
 * @param plan Plans the fault; settles when it is over.
 * @returns How the run ended, and how often it connected.
 */
async function drainWith(
  name: string,
  plan: (proxy: TcpProxy, choices: Choices) => Promise<unknown>,
  { heartbeat }: { heartbeat?: number } = {},
): Promise<Ended & { readonly connections: number }> {
  await using drain = await Drain.named(name);
  await using proxy = await TcpProxy.start(drain.place.url);
  const over = plan(proxy, drain.choices);
  const running = drain.start({
    url: proxy.url(heartbeat),
    args: ["--idle", `${IDLE}ms`],
  });
  await Promise.race([over, running.ended]);
  const ended = await endOf(running, IDLE + GRACE);
  assertOneRun(ended, drain.stream);
  await over;
  const connections = proxy.accepted;
  await drain.settleRest();
  return { ...ended, connections };
}

Deno.test("connection cut in the middle of a delivery, and of an ack: totals exact, one run", async () => {
  const { connections } = await drainWith("cut", async (proxy, choices) => {
    await proxy.planAt(
      "deliver",
      choices.between(1, 400),
      "cut",
      choices.between(1, 100),
    );
    await proxy.planAt(
      "ack",
      choices.between(1, 5),
      "cut",
      choices.between(1, 20),
    );
  });
  assertEquals(connections, 3);
});

Deno.test("connection reset during the ack: totals exact, one run", async () => {
  const { stderr, connections } = await drainWith(
    "reset",
    (proxy, choices) => proxy.planAt("ack", choices.between(1, 8), "reset"),
  );
  assertMatch(stderr, /WARN.*lost the broker.*(ECONNRESET|EPIPE)/);
  assertEquals(connections, 2);
});

Deno.test("connection stalled without a close: the heartbeat notices, totals exact, one run", async () => {
  const { stderr, connections } = await drainWith(
    "stall",
    async (proxy, choices) => {
      await proxy.planAt(
        "deliver",
        choices.between(1, 800),
        "stall",
        choices.between(0, 100),
      );
    },
    // Silence far longer than the idle time, and still no empty queue.
    { heartbeat: 1 },
  );
  assertMatch(stderr, /WARN.*lost the broker.*[Hh]eartbeat/);
  assertEquals(connections, 2);
});

/** An ack for a delivery that never was; the broker closes the channel. */
// deno-fmt-ignore
const BOGUS_ACK = new Uint8Array([
  1, 0, 1, 0, 0, 0, 13, // a method on channel 1, 13 bytes
  0, 60, 0, 80, // basic.ack
  0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, // this tag
  0, // alone
  0xce,
]);

Deno.test("channel closed by the broker (406): totals exact, one run", async () => {
  const { stderr, connections } = await drainWith(
    "channel closed",
    (proxy, choices) => proxy.planAt("ack", choices.between(1, 8), BOGUS_ACK),
  );
  assertMatch(stderr, /WARN.*lost the broker.*PRECONDITION_FAILED/);
  assertEquals(connections, 2);
});

Deno.test("connections refused for longer than the idle time: that is no silence, totals exact, one run", async () => {
  await drainWith("refused", async (proxy, choices) => {
    await proxy.planAt("deliver", choices.between(1, 800), "cut");
    proxy.refuse();
    const refused = performance.now();
    await until(
      "the idle time has passed three times",
      () => performance.now() - refused > 3 * IDLE,
    );
    await proxy.admit();
  });
});

Deno.test("connection cut while it is opened, and while it is closed: totals exact, one run", async () => {
  const { stderr } = await drainWith(
    "handshake and close",
    async (proxy, choices) => {
      await proxy.planAt("open", 1, "cut", choices.between(1, 10));
      await proxy.planAt("channelClose", 1, "cut", choices.between(1, 10));
    },
  );
  assertMatch(stderr, /WARN.*could not close the channel in an orderly way/);
});
