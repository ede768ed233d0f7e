import { assertEquals } from "@std/assert";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { assertFine, Drain, endOf } from "./drain.ts";

Deno.test("SIGTERM in mid-drain: 0, what was taken is counted and acked, totals exact after the next run", async () => {
  await using drain = await Drain.named("SIGTERM", { size: 5_000 });
  const running = drain.start({ args: ["--idle", "0"] });
  await drain.untilCheckpoints();
  running.process.kill("SIGTERM");
  const { stopped, received } = assertFine(await endOf(running));
  assertEquals(stopped, "signal");
  await drain.untilAlone();
  const { ready } = await drain.queue();
  assertEquals(received + ready, drain.stream.messages.length);
  await drain.settle();
});

Deno.test("SIGINT twice while the broker does not answer: 130 at once, totals exact after the next run", async () => {
  await using drain = await Drain.named("double SIGINT");
  await using proxy = await TcpProxy.start(drain.place.url);
  // An orderly end waits some seconds for the broker; the second signal comes
  // in that time.
  const stalled = proxy.planAt("ack", drain.choices.between(1, 8), "stall");
  const running = drain.start({ url: proxy.url(1), args: ["--idle", "0"] });
  await stalled;
  // Two signals that come before the first is looked at are one, and one that
  // comes within half a second is the same: so it is told again and again.
  await until("no signal reaches it any more", () => {
    try {
      running.process.kill("SIGINT");
      return Promise.resolve(false);
    } catch {
      return Promise.resolve(true);
    }
  });
  const { code, stdout, complaints } = await endOf(running);
  assertEquals([code, stdout, complaints], [130, "", []]);
  await drain.settle();
});

Deno.test("SIGTERM while a broker is asked whether its queue is empty, and does not answer: 0 at once", async () => {
  await using drain = await Drain.named("SIGTERM at a look", { size: 200 });
  await using proxy = await TcpProxy.start(drain.place.url);
  // The first passive declaration comes with the connection, the next is a
  // look at the queue. With a heartbeat of 60 s nothing else will end it.
  const asked = proxy.planAt("queueDeclare", 2, "stall");
  const running = drain.start({ url: proxy.url(60), args: ["--until-empty"] });
  await asked;
  running.process.kill("SIGTERM");
  assertEquals(assertFine(await endOf(running)).stopped, "signal");
  // The broker has not heard of the end.
  proxy.cut();
  await drain.settle();
});
