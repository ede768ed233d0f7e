import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROGRAM } from "../../src/cli/command_tree.ts";
import { findRepeatedIds } from "../../src/inspect/repeated_ids.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { SqliteReader } from "../../src/ledger/sqlite/sqlite_reader.ts";
import { Event } from "../../src/model/event.ts";
import { Uuid } from "../../src/model/uuid.ts";
import {
  declarePartitions,
  dividerName,
  partitionName,
} from "../../src/topology/partitions.ts";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import {
  checkpoint,
  type CheckpointContent,
  rejection,
} from "../support/ledger_content.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { runHere } from "../support/run_here.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

const temporary = new TemporaryFolder();

Deno.test("merge: four partitions drained under kills add up to what a correct count gives", async () => {
  await using place = await Place.make();
  const { connection, channel, exchange, queue } = place;
  await declarePartitions(
    connection,
    channel,
    { exchange, queue, binding: "*.event.*", queueType: "quorum" },
    4,
  );
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const stream = makeStream({ seed, size: 12_000, duplicates: 0.3 });
  await place.publish(stream.messages);

  let kills = 0;
  const drain = async (number: number): Promise<string> => {
    const out = `${place.folder}/${number}`;
    for (let killAt = 40_000;; killAt *= 8) {
      const run = startProgram([
        ...["count", "--amqp-url", place.url, "--out", out],
        ...["--queue", partitionName(queue, number)],
        ...["--prefetch", "200", "--checkpoint-size", "100", "--until-empty"],
      ]);
      let ended = false;
      run.ended.finally(() => ended = true);
      await until(
        "it has written much or has ended",
        async () =>
          ended || await sizeOf(`${out}/eventcounter.db-wal`) > killAt,
      );
      if (!ended) run.process.kill("SIGKILL");
      const { code, stderr } = await run.ended;
      if (code === 0) return out;
      assertEquals(code, 137, stderr);
      kills++;
    }
  };
  const parts = await Promise.all([0, 1, 2, 3].map(drain));
  const ledgers = parts.map((part) => `${part}/eventcounter.db`);
  assert(kills >= 4, `${kills} kills`);

  const out = `${place.folder}/merged`;
  const { code, printed, complaints } = await runHere([
    ...["merge", ...ledgers, "--out", out, "--format", "json"],
  ]);
  assertEquals([code, complaints], [0, []]);
  assertEquals(await jsonFiles(out), stream.files);
  const rejections = (await Promise.all(parts.map(readRejected))).join("");
  assertEquals(await readRejected(out), rejections);
  assertEquals(
    new Set(await rejectedLines(out)),
    new Set(stream.rejected),
  );
  assertEquals(JSON.parse(printed).unique, stream.unique);
  for (let number = 0; number < 4; number++) {
    await channel.deleteQueue(partitionName(queue, number));
  }
  await channel.deleteExchange(dividerName(queue));
});

/** Users with none are in the other partitions. */
async function readRejected(folder: string): Promise<string> {
  return await Deno.readTextFile(`${folder}/rejected.ndjson`).catch(() => "");
}

async function sizeOf(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}

Deno.test("merge: one id of 1,000,000 that two ledgers have in common is found, whatever the memory", async () => {
  const folder = temporary.make();
  const paths = [0, 1, 2, 3].map((number) => `${folder}/${number}.db`);
  const words = new Int32Array(1_000_000);
  for (let at = 0; at < words.length; at += 16_384) {
    crypto.getRandomValues(words.subarray(at, at + 16_384));
  }
  for (const [number, path] of paths.entries()) {
    const ledger = await fill(path);
    for (let i = number * 250_000; i < (number + 1) * 250_000;) {
      const events = Array.from({ length: 5_000 }, () => {
        // The last id of the last ledger is the first one of the second.
        const at = i++ === 999_999 ? 250_000 : i - 1;
        return new Event("a", "created", new Uuid(at, words[at]!, 0, -1));
      });
      ledger.claim(events);
      await checkpoint(ledger, {});
    }
    await ledger.close();
  }
  const example = new Uuid(250_000, words[250_000]!, 0, -1).toString();
  const ledgers = paths.map((path) => SqliteReader.open(path));
  for (const memory of [undefined, 12_000_000]) {
    assertEquals(await findRepeatedIds(ledgers, memory), {
      size: 1,
      example,
      places: [
        { ledger: paths[1]!, place: "checkpoint 1" },
        { ledger: paths[3]!, place: "checkpoint 50" },
      ],
    });
  }
  assertEquals(await findRepeatedIds(ledgers.slice(0, 3)), undefined);
  for (const ledger of ledgers) await ledger.close();
});

/** Makes a ledger, and leaves it in use. */
async function fill(
  path: string,
  ...contents: readonly CheckpointContent[]
): Promise<SqliteLedger> {
  const ledger = await SqliteLedger.open(path);
  await ledger.beginRun(0);
  for (const content of contents) await checkpoint(ledger, content);
  return ledger;
}

Deno.test("merge: ledgers in use add up as the help's example says, users by code point, with what is in their logs alone", async () => {
  const folder = temporary.make();
  const [a, b] = [0, 1].map((part) => `${folder}/part${part}`);
  for (const part of [a, b]) await Deno.mkdir(part!);
  const first = await fill(`${a}/eventcounter.db`, {
    ids: ["1", "2", "3"],
    counts: { created: [["ann", 1], ["😀", 2]] },
    rejections: [rejection("one")],
  });
  // What was read is in the totals, what comes now is in the log.
  await first.types();
  await checkpoint(first, {
    ids: ["4", "5"],
    counts: { created: [["\ud800", 1], ["ann", 1]] },
  });
  const second = await fill(`${b}/eventcounter.db`, {
    ids: ["6", "7", "8"],
    counts: { created: [["ann", 1], ["\uffff", 1]], deleted: [["bob", 1]] },
    rejections: [rejection("two")],
  });
  const { example } = PROGRAM.commands.find(({ name }) => name === "merge")!;
  const { stdout } = await runProgram(example![1].split(" "), { cwd: folder });
  assertMatch(stdout, /^2 ledgers added up: 8 counted, 2 rejected\n/);
  const out = `${folder}/totals`;
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "ann": 3,\n  "\ufffd": 1,\n  "\uffff": 1,\n  "😀": 2\n}\n',
  );
  assertEquals(
    await Deno.readTextFile(`${out}/deleted.json`),
    '{\n  "bob": 1\n}\n',
  );
  assertEquals(
    await rejectedLines(out),
    ["a.event.created one", "a.event.created two"],
  );
  await first.close();
  await second.close();
});

Deno.test("merge: what an earlier merge wrote is replaced or removed, what another wrote is set aside", async () => {
  const folder = temporary.make();
  const [a, b, out] = ["a", "b", "out"].map((name) => `${folder}/${name}`);
  const first = await fill(a!, {
    ids: ["1", "2"],
    counts: { created: [["ann", 1]], updated: [["ann", 1]] },
    rejections: [rejection("one")],
  });
  await Deno.mkdir(out!);
  await Deno.writeTextFile(`${out}/created.json`, "somebody's");
  const merge = async (...ledgers: string[]) => {
    const { code } = await runHere([
      ...["merge", ...ledgers, "--out", out!, "--log-level", "off"],
    ]);
    assertEquals(code, 0);
    return Array.from(Deno.readDirSync(out!), ({ name }) => name)
      .filter((name) => !name.startsWith(".")).sort();
  };
  const [created, kept, ...others] = await merge(a!);
  assertMatch(kept!, /^created\.json\.20/);
  assertEquals(await Deno.readTextFile(`${out}/${kept}`), "somebody's");
  assertEquals(others, ["rejected.ndjson", "updated.json"]);

  // As many events as before, of somebody else.
  const second = await fill(b!, {
    ids: ["3"],
    counts: { created: [["bob", 1]] },
  });
  assertEquals(await merge(b!), [created!, kept!]);
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "bob": 1\n}\n',
  );

  // With damaged notes no file is known.
  for (const damaged of ["{", "{}", "[null]", '[{"name":"created.json"}]']) {
    await Deno.writeTextFile(`${out}/.eventcounter-merge`, damaged);
    assertEquals((await merge(b!)).length, 2, damaged);
  }
  await first.close();
  await second.close();
});

Deno.test("merge refuses what it cannot add up, and says why", async () => {
  const folder = temporary.make();
  const path = (name: string) => `${folder}/${name}`;
  const ids = ["1", "2", "0b8c1e5e-7b0a-4c39-9a3e-111111111111"];
  const counts = { created: [["ann", 3] as const] };
  for (const name of ["a", "b"]) {
    await (await fill(path(name), { ids, counts })).close();
  }
  await Deno.writeTextFile(path("text"), "no ledger, and longer than a header");
  await Deno.writeTextFile(path("empty"), "");
  for (
    const [ledgers, exitCode, message] of [
      [
        ["a", "b"],
        65,
        /more than one ledger has counted 3 ids,.*"\S+" in \S+a and \S+b.*share/,
      ],
      [["a", "./a"], 2, /each ledger once, but got "\S+\/\.\/a"/],
      [["a", "missing"], 65, /\/missing": No such file/],
      [["a", "text"], 65, /\/text".*no ledger/],
      [["a", "empty"], 65, /\/empty".*it is empty/],
      [["."], 65, /it is no file/],
    ] as const
  ) {
    const { code, complaints } = await runHere([
      ...["merge", ...ledgers.map(path), "--out", path("out")],
    ]);
    assertEquals([code, complaints.length], [exitCode, 1]);
    assertMatch(complaints[0]!, message);
  }
  const written = Array.from(Deno.readDirSync(path("out")));
  assertEquals(written, []);
});

Deno.test("merge warns of ids that are forgotten: nobody can compare them", async () => {
  const folder = temporary.make();
  const counts = { created: [["ann", 3] as const] };
  await (await fill(`${folder}/a`, { ids: ["1"], counts })).close();
  const { code, stderr } = await runProgram([
    ...["merge", `sqlite:${folder}/a`, "--out", `${folder}/out`],
  ]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /WARN +2 ids are forgotten \(--dedupe-window\)/);
});
