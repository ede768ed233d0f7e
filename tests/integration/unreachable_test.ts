import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { type Ended, runProgram, startProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

/** The exit code, and that what it says is one line. */
function refused(ended: Ended, code: number, message: RegExp): void {
  assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
  assertEquals(ended.complaints.length, 1, ended.stderr);
  assertMatch(ended.complaints[0]!, message);
}

Deno.test("no broker: it keeps trying for --connect-timeout, then 69", async () => {
  const folder = await Deno.makeTempDir();
  const started = performance.now();
  const ended = await runProgram([
    ...["--amqp-url", "amqp://user:secret@127.0.0.1:1", "--out", folder],
    ...["--connect-timeout", "1500ms"],
  ]);
  const took = performance.now() - started;
  refused(
    ended,
    69,
    /^eventcounter: Cannot reach the broker at amqp:\/\/user:\*\*\*@127.0.0.1:1: .*ECONNREFUSED.*tried for 1.5 s.*--connect-timeout$/,
  );
  assertEquals(took >= 1_500, true, `it gave up after ${took} ms`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("no such queue: 76, and --declare makes it", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  refused(
    await runProgram(place.countArguments()),
    76,
    /no queue '.*'.*--declare/,
  );
  const declared = await runProgram([
    ...place.countArguments(),
    ...["--declare", "--idle", "300ms"],
  ]);
  assertEquals(declared.code, 0, declared.stderr);
  assertEquals(await place.ready(), 0);
});

Deno.test("a queue of another kind under the name: 76", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  await place.channel.assertQueue(place.queue, { durable: false });
  refused(
    await runProgram([...place.countArguments(), "--declare"]),
    76,
    /PRECONDITION_FAILED|inequivalent arg/,
  );
});

Deno.test("wrong password: 77, with the password masked", async () => {
  await using place = await Place.make();
  const wrong = place.url.replace(/\/\/.*@/, "//guest:hunter2@");
  const ended = await runProgram([
    ...["--amqp-url", wrong, "--out", place.folder],
  ]);
  refused(ended, 77, /refused user "guest"/);
  assertNotMatch(ended.stderr, /hunter2/);
});

Deno.test("unknown virtual host: 77", async () => {
  await using place = await Place.make();
  refused(
    await runProgram([
      ...["--amqp-url", `${place.url}/nowhere`, "--out", place.folder],
    ]),
    77,
    /virtual host "nowhere"/,
  );
});

Deno.test("output folder not writable: 73, before anything is consumed", async () => {
  await using place = await Place.make();
  await place.publish([{
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  }]);
  refused(
    await runProgram(place.countArguments("/proc/eventcounter")),
    73,
    /Cannot write "\/proc\/eventcounter"/,
  );
  assertEquals(await place.ready(), 1);
});

Deno.test("ledger in use by another run: 75", async () => {
  await using place = await Place.make();
  const first = startProgram([...place.countArguments(), "--idle", "0"]);
  await until(
    "the first run consumes",
    async () =>
      (await place.channel.checkQueue(place.queue)).consumerCount === 1,
  );
  refused(
    await runProgram(place.countArguments()),
    75,
    /eventcounter\.db".*another process/,
  );
  first.process.kill("SIGTERM");
  assertEquals((await first.ended).code, 0);
});

Deno.test("SIGTERM ends a run with everything counted and acked", async () => {
  await using place = await Place.make();
  const running = startProgram([...place.countArguments(), "--idle", "0"]);
  await place.publish([{
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  }]);
  await until("the message is taken", async () => await place.ready() === 0);
  running.process.kill("SIGTERM");
  const { code, stdout } = await running.ended;
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).stopped, "signal");
  // The message may have been on its way when the signal came.
  assertEquals(
    JSON.parse(stdout).unique + await place.ready(),
    1,
  );
});
