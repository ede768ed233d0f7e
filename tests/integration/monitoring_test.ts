/** A real run that is watched, while its broker goes and comes back. */
import { assert, assertEquals } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { event } from "../support/messages.ts";
import { runProgram, startProgram } from "../support/program.ts";
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

  proxy.refuse();
  proxy.cut();
  await until("the broker is lost", isHealth(503));
  await proxy.admit();
  await until("it is back", isHealth(200));
  process.kill("SIGTERM");
  assertEquals((await ended).code, 0);
  const last = await Deno.readTextFile(file);
  assert(/^eventcounter_run_success 1$/m.test(last), last);
  assert(/^eventcounter_connection_losses_total 1$/m.test(last), last);
  assert(/^eventcounter_queue_ready_messages 0$/m.test(last), last);
});

Deno.test("with OTEL_DENO=true, a collector gets the metrics of a run however short", async () => {
  const folder = await Deno.makeTempDir();
  const got: string[] = [];
  await using collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      got.push(await request.text());
      return Response.json({});
    },
  );
  const { code } = await runProgram(["--input", "-", "--out", folder], {
    stdin: '{"routingKey":"ann.event.created","body":{"id":"1"}}\n',
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    },
  });
  assertEquals(code, 0);
  const metrics = got.filter((text) => text.includes("resourceMetrics"))
    .flatMap((text) => JSON.parse(text).resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics);
  const named = (name: string) =>
    metrics.findLast((metric) => metric.name === `eventcounter_${name}`);
  const created = named("events_total").sum.dataPoints.find((
    { attributes }: { attributes: { value: { stringValue: string } }[] },
  ) => attributes[0]?.value.stringValue === "created");
  assertEquals(created.asDouble ?? Number(created.asInt), 1);
  assertEquals(named("run_success").gauge.dataPoints[0].asDouble, 1);
  const [{ count }] = named("checkpoint_duration_seconds").histogram.dataPoints;
  assertEquals(Number(count), 1);
  await Deno.remove(folder, { recursive: true });
});
