/** A real run that is watched, while its broker goes and comes back. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { Collector } from "../support/collector.ts";
import { event } from "../support/messages.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { findFreePort } from "../../tools/broker.ts";

Deno.test("metrics and health of a run can be read from this machine, and hold neither password nor body", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  const file = `${place.folder}/run.prom`;
  const origin = `http://127.0.0.1:${findFreePort()}`;
  const { process, ended } = startProgram([
    ...place.countArguments(undefined, proxy.url()),
    ...["--idle", "0", "--listen", new URL(origin).port],
    ...["--metrics-file", file, "--snapshot-interval", "10ms"],
  ]);
  const read = (path: string) =>
    fetch(origin + path).then(async (response) => ({
      status: response.status,
      text: await response.text(),
    }), () => ({ status: 0, text: "" }));
  const isHealth = (status: number) => async () =>
    (await read("/healthz")).status === status;
  const counted = /deliveries_total\{outcome="counted"\} 1$/m;

  await until("it is connected", isHealth(200));
  await place.publish([event("ann", "created", "secret-1")]);
  await until(
    "the file tells of the event",
    async () => counted.test(await Deno.readTextFile(file)),
  );
  const { text } = await read("/metrics");
  assert(counted.test(text));
  assert(!/secret|guest|ann/.test(text), text);
  const report = await read("/");
  assert(report.text.includes('<th scope="row">ann</th>'), report.text);
  assert(!/secret|guest/.test(report.text));
  assertEquals((await read("/eventcounter.db")).status, 404);
  assertMatch(
    await answerTo(origin, "GET /metrics HTTP/1.1\r\nHost: [\r\n\r\n"),
    /^HTTP\/1.1 404 /,
  );

  proxy.refuse();
  proxy.cut();
  await until("the broker is lost", isHealth(503));
  await proxy.admit();
  await until("it is back", isHealth(200));
  process.kill("SIGTERM");
  const { code, complaints } = await ended;
  assertEquals([code, complaints], [0, []]);
  const last = await Deno.readTextFile(file);
  assert(/^eventcounter_run_success 1$/m.test(last), last);
  assert(/^eventcounter_connection_losses_total 1$/m.test(last), last);
  assert(/^eventcounter_queue_ready_messages 0$/m.test(last), last);

  // The counters of a file go on with the next run; what is now does not.
  await place.publish([event("bob", "created", "secret-2")]);
  await place.count("--metrics-file", file, "--until-empty");
  const next = await Deno.readTextFile(file);
  assert(/deliveries_total\{outcome="counted"\} 2$/m.test(next), next);
  assert(/^eventcounter_connection_losses_total 1$/m.test(next), next);
  assert(/^eventcounter_ledger_ids 2$/m.test(next), next);
});

/** The first bytes of an answer to whatever is sent. */
async function answerTo(origin: string, request: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(100);
  await connection.read(bytes);
  return new TextDecoder().decode(bytes);
}

const folders = new TemporaryFolder();
/** One event, for a run that is over at once. */
const STDIN = '{"routingKey":"ann.event.created","body":{"id":"1"}}\n';
const OUTCOME = { created: 1, success: 1, checkpoints: 1 };

Deno.test("a run tells where its report is, if it has a ledger to report on", async () => {
  const listening = async (...options: string[]) => {
    const { stderr } = await runProgram([
      ...["--input", "-", "--out", folders.make()],
      ...["--listen", `${findFreePort()}`, ...options],
    ], { stdin: STDIN });
    return [/ the report is at /, / metrics are at /].map((told) =>
      told.test(stderr)
    );
  };
  assertEquals(await listening(), [true, true]);
  assertEquals(await listening("--ledger", "memory:"), [false, true]);
});

Deno.test("with OTEL_DENO=true, a collector gets the metrics of a run however short", async () => {
  await using collector = new Collector();
  const { code } = await runProgram(["--input", "-", "--out", folders.make()], {
    stdin: STDIN,
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  });
  assertEquals([code, collector.outcome()], [0, OUTCOME]);
});

Deno.test("--otlp-endpoint sends the metrics of a run to a collector, with the headers of the environment", async () => {
  await using collector = new Collector();
  const { code, stderr } = await runProgram([
    ...["--input", "-", "--out", folders.make()],
    ...["--otlp-endpoint", `${collector.url}/tenant/`],
  ], {
    stdin: STDIN,
    env: {
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret",
      OTEL_SERVICE_NAME: "nightly",
    },
  });
  assertEquals([code, collector.outcome()], [0, OUTCOME]);
  const { path, headers, text } = collector.requests.at(-1)!;
  assertEquals(
    [path, headers.get("authorization")],
    ["/tenant/v1/metrics", "Bearer secret"],
  );
  assert(text.includes('"nightly"'), text);
  assert(!stderr.includes("secret"), stderr);
});

Deno.test("a collector that is not there is told of, and changes nothing about the run", async () => {
  const { code, stderr } = await runProgram([
    ...["--input", "-", "--out", folders.make()],
    ...["--otlp-endpoint", `http://127.0.0.1:${findFreePort()}`],
  ], { stdin: STDIN });
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^\S+ WARN +the collector at http:\/\/127\.0\.0\.1:\d+\/ has not taken the metrics: connect ECONNREFUSED \S+\n$/,
  );
});

/** A byte now and then, for ever. */
async function* drops(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield new Uint8Array(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("a collector that never ends its answer does not keep a run from its end", async () => {
  await using collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(ReadableStream.from(drops())),
  );
  const { code, stdout, stderr } = await runProgram([
    ...["--input", "-", "--out", folders.make(), "--format", "json"],
    ...["--otlp-endpoint", `http://127.0.0.1:${collector.addr.port}`],
  ], { stdin: STDIN });
  assertEquals([code, JSON.parse(stdout).unique], [0, 1]);
  assertMatch(stderr, /has not taken the metrics: .*\n$/);
});
