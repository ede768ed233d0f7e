/** The main job and the generator, by the executable. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { runProgram } from "../support/program.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";
import { openFolder, test } from "./executables.ts";

/** Small checkpoints, so that a drain has many of them to be interrupted at. */
const SMALL = ["--prefetch", "200", "--checkpoint-size", "100"];

const sorted = (files: ReadonlyMap<string, string>) => [...files].sort();

function streamOf(size: number) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  return makeStream({ seed, size, users: 50, duplicates: 0.2, invalid: 0.02 });
}

test("publish --to - writes NDJSON that count --input - counts", async (executable) => {
  const folder = await openFolder();
  const published = await executable.run([
    ...["publish", "--to", "-", "--size", "5000", "--duplicates", "0.2"],
    ...["--invalid", "0.02", "--expect", `${folder}/expected`],
    ...["--log-level", "off"],
  ]);
  assertEquals(published.code, 0, published.stderr);
  const counted = await executable.run(
    ["--input", "-", "--out", `${folder}/out`, "--format", "json"],
    { stdin: published.stdout },
  );
  assertEquals(counted.code, 0, counted.stderr);
  assertEquals(JSON.parse(counted.stdout).received, 5_000);
  assertEquals(
    sorted(await jsonFiles(`${folder}/out`)),
    sorted(await jsonFiles(`${folder}/expected`)),
  );
});

test("publish and count over RabbitMQ: totals exact", async (executable) => {
  await using place = await Place.make();
  const expected = `${place.folder}/expected`;
  const out = `${place.folder}/out`;
  const published = await executable.run([
    ...["publish", "--amqp-url", place.url, "--exchange", place.exchange],
    ...["--queue", place.queue, "--size", "5000", "--users", "50"],
    ...["--duplicates", "0.2", "--invalid", "0.02", "--expect", expected],
  ]);
  assertEquals([published.code, published.complaints], [0, []]);
  const counted = await executable.run([
    ...place.countArguments(out),
    "--until-empty",
  ]);
  assertEquals([counted.code, counted.complaints], [0, []]);
  assertEquals(JSON.parse(counted.stdout).received, 5_000);
  assertEquals(sorted(await jsonFiles(out)), sorted(await jsonFiles(expected)));
  assertEquals(await place.ready(), 0);
});

test("kill -9 in the middle of a drain, then a second run: totals exact", async (executable) => {
  await using place = await Place.make();
  const stream = streamOf(20_000);
  await place.publish(stream.messages);
  const out = `${place.folder}/out`;
  const count = [...place.countArguments(out), ...SMALL];

  const first = executable.start(count);
  await until("checkpoints are written", async () => {
    try {
      return (await Deno.stat(`${out}/eventcounter.db-wal`)).size > 200_000;
    } catch {
      return false;
    }
  });
  first.process.kill("SIGKILL");
  assertEquals((await first.ended).code, 137);

  const second = await executable.run([...count, "--until-empty"]);
  assertEquals(second.code, 0, second.stderr);
  assert(JSON.parse(second.stdout).unique > 0, "killed before its end");
  assertEquals(sorted(await jsonFiles(out)), sorted(stream.files));
  assertEquals(await rejectedLines(out), stream.rejected);
  assertEquals(await place.ready(), 0);
});

test("is one process, and SIGTERM ends it with everything counted", async (executable) => {
  await using place = await Place.make();
  const running = executable.start([
    ...place.countArguments(),
    ...["--idle", "0"],
  ]);
  await until(
    "it consumes",
    async () =>
      (await place.channel.checkQueue(place.queue)).consumerCount === 1,
  );
  const { pid } = running.process;
  assertEquals(
    await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`),
    "",
  );
  // No shell is left: what was started has become the runtime.
  const program = await Deno.readLink(`/proc/${pid}/exe`);
  assertEquals(
    program,
    executable.kind === "denort"
      ? executable.path
      : program.startsWith(executable.cache)
      ? program
      : "",
  );
  await place.publish([{
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  }]);
  await until("the message is taken", async () => await place.ready() === 0);
  running.process.kill("SIGTERM");
  const { code, stdout } = await running.ended;
  assertEquals([code, JSON.parse(stdout).stopped], [0, "signal"]);
  // The message may have been on its way when the signal came.
  assertEquals(JSON.parse(stdout).unique + await place.ready(), 1);
});

test("a ledger made by one of source and executable goes on with the other", async (executable) => {
  const folder = await openFolder();
  const lines = (from: number) =>
    Array.from({ length: 100 }, (_, index) =>
      JSON.stringify({
        routingKey: "ann.event.created",
        body: { id: `${from + index}` },
      }) + "\n").join("");
  const byExecutable = (out: string, from: number) =>
    executable.run(ndjsonTo(out), { stdin: lines(from) });
  const bySource = (out: string, from: number) =>
    runProgram(ndjsonTo(out), { stdin: lines(from) });
  for (
    const [name, first, second] of [
      ["source first", bySource, byExecutable],
      ["executable first", byExecutable, bySource],
    ] as const
  ) {
    const out = `${folder}/${name}`;
    const one = await first(out, 0);
    assertEquals(one.code, 0, one.stderr);
    const two = await second(out, 50);
    assertEquals(two.code, 0, two.stderr);
    const { unique, duplicates } = JSON.parse(two.stdout);
    assertEquals([unique, duplicates], [50, 50], name);
    assertEquals(
      await Deno.readTextFile(`${out}/created.json`),
      '{\n  "ann": 150\n}\n',
    );
  }
});

test("exit codes are those of the program from source", async (executable) => {
  await using place = await Place.make();
  const folder = await openFolder();
  const out = ["--out", folder];
  await Deno.writeTextFile(`${folder}/other.db`, "no database".repeat(1_000));
  const none = ["--connect-timeout", "200ms"];
  const wrong = place.url.replace(/\/\/.*@/, "//guest:hunter2@");
  for (
    const [args, code, message] of [
      [["--prefetch", "1"], 2, /--prefetch/],
      [["--input", "/nowhere", ...out], 2, /\/nowhere/],
      [
        ["--input", "-", "--ledger", `sqlite:${folder}/other.db`, ...out],
        65,
        /other\.db/,
      ],
      [["--amqp-url", "amqp://127.0.0.1:1", ...none, ...out], 69, /127.0.0.1/],
      [["--input", "-", "--out", "/proc/none"], 73, /\/proc\/none/],
      [
        ["--amqp-url", place.url, "--queue", `no-${place.queue}`, ...out],
        76,
        /no-test/,
      ],
      [["--amqp-url", wrong, ...out], 77, /\*\*\*|guest/],
    ] as const
  ) {
    const ended = await executable.run(args, { stdin: "" });
    assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
    assertEquals(ended.complaints.length, 1, ended.stderr);
    assertMatch(ended.complaints[0]!, message);
  }
});

function ndjsonTo(out: string): string[] {
  return ["--input", "-", "--out", out, "--format", "json"];
}
