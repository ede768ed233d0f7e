import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { type Ended, runProgram } from "../support/program.ts";

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
  refused(await place.count(), 76, /no queue '.*'.*--declare/);
  const { code, stderr } = await place.count("--declare", "--idle", "300ms");
  assertEquals(code, 0, stderr);
  assertEquals(await place.ready(), 0);
});

Deno.test("a queue of another kind under the name: 76", async () => {
  await using place = await Place.make();
  await place.channel.deleteQueue(place.queue);
  await place.channel.assertQueue(place.queue, { durable: false });
  const ended = await place.count("--declare");
  refused(ended, 76, /PRECONDITION_FAILED|inequivalent arg/);
});

Deno.test("wrong password, unknown virtual host: 77, with the password masked", async () => {
  await using place = await Place.make();
  for (
    const [url, message] of [
      [place.url.replace(/\/\/.*@/, "//guest:hunter2@"), /user "guest"/],
      [`${place.url}/nowhere`, /virtual host "nowhere"/],
    ] as const
  ) {
    const args = ["--amqp-url", url, "--out", place.folder];
    const ended = await runProgram(args);
    refused(ended, 77, message);
    assertNotMatch(ended.stderr, /hunter2/);
  }
});
