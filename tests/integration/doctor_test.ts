import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { Place } from "../support/broker_place.ts";
import { askPostgres, ledgerUrl } from "../support/postgres_place.ts";
import { runHere } from "../support/run_here.ts";
import { makeStream } from "../support/stream_of_events.ts";

const { messages } = makeStream({
  ...{ seed: 1, size: 100, users: 5, duplicates: 0, invalid: 0 },
});

interface Check {
  readonly check: string;
  readonly verdict: string;
  readonly found: string;
}

interface Report {
  readonly exitCode: number;
  readonly checks: readonly Check[];
  readonly plan?: Readonly<Record<string, unknown>>;
}

/** What a command with these options reports. */
async function report(...args: readonly string[]): Promise<Report> {
  const { code, printed, complaints } = await runHere([
    ...args,
    ...["--log-level", "off", "--format", "json"],
  ]);
  const report = JSON.parse(printed) as Report;
  assertEquals([report.exitCode, complaints.length], [code, code && 1]);
  return report;
}

/** The first check with a verdict. */
function firstOf({ checks }: Report, verdict: string): Check | undefined {
  return checks.find((check) => check.verdict === verdict);
}

/** Where a run finds things at a place. */
function at({ url, exchange, queues, folder }: Place): string[] {
  return [
    ...["--amqp-url", url, "--exchange", exchange, "--out", `${folder}/out`],
    ...queues.flatMap((queue) => ["--queue", queue]),
  ];
}

/** Every file below a folder, with what can change of it. */
function traces(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return [path, ...traces(path)];
    const { mtime, size } = Deno.statSync(path);
    return [`${path} ${size} ${mtime!.getTime()}`];
  }).sort();
}

Deno.test("--dry-run tells what a run would do, takes nothing and changes nothing", async () => {
  await using place = await Place.make();
  const out = `${place.folder}/out`;
  await place.publish(messages);

  const before = await report("count", "--dry-run", ...at(place));
  assertEquals(before.checks.filter(({ verdict }) => verdict !== "ok"), []);
  assertEquals(before.plan!.ledger, {
    ledger: `${out}/eventcounter.db`,
    ...{ isMissing: true, ids: 0, bytes: 0 },
  });
  assertEquals(traces(place.folder), []);

  await runHere(["count", ...at(place), "--limit", "40"]);
  assertEquals(await place.ready(), 60);
  await Deno.writeTextFile(`${out}/updated.json`, "{}");
  const counted = traces(place.folder);
  const { plan } = await report("count", "--dry-run", ...at(place));
  assertEquals(plan!.queues, [{
    queue: place.queue,
    ...{ type: "classic", messages: 60, consumers: 0, isMissing: false },
  }]);
  assertEquals((plan!.ledger as { ids: number }).ids, 40);
  assertEquals(
    plan!.files,
    ["created.json", "deleted.json", "updated.json", "rejected.ndjson"]
      .map((name) => `${out}/${name}`),
  );
  assertEquals(plan!.setAside, [`${out}/updated.json`]);
  assertEquals(traces(place.folder), counted);
  assertEquals(await place.ready(), 60);
});

Deno.test("--dry-run tells where a stream would begin, and --limit reads no further", async () => {
  await using place = await Place.make(undefined, { "x-queue-type": "stream" });
  await place.publish(messages);
  await runHere(["count", ...at(place), "--limit", "30"]);

  const { plan } = await report("count", "--dry-run", ...at(place));

  assertEquals(plan!.streams, [{ stream: place.queue, from: 30, last: 99 }]);
  assertEquals((plan!.ledger as { ids: number }).ids, 30);

  // Of several queues, one is missing; nothing waits in one that a run makes.
  const queues = ["--queue", "nowhere", ...at(place)];
  const { checks } = await report("doctor", ...queues);
  assertEquals(
    checks.slice(6).map(({ check, verdict }) => `${check} ${verdict}`),
    [
      "queue fail",
      "queue ok",
      "output ok",
      "ledger ok",
      "stream ok",
      "clock ok",
    ],
  );
  const made = await report(
    "doctor",
    ...["--exchange", place.exchange, "--queue", "nowhere"],
    ...["--amqp-url", place.url, "--out", `${place.folder}/new`],
    ...["--declare", "--queue-type", "stream"],
  );
  assertEquals(made.exitCode, 0);
});

Deno.test("doctor ends with the code of a run, and names what is wrong", async () => {
  await using place = await Place.make();
  const { url, folder, channel } = place;
  await Deno.writeTextFile(`${folder}/text`, "no ledger");
  const mine = await SqliteLedger.open(`${folder}/mine.db`);
  await channel.assertQueue(`${place.queue}-taken`, { exclusive: true });
  const cases: [args: string[], code: number, check: string][] = [
    [["--amqp-url", "amqp://nowhere.invalid"], 69, "name"],
    [["--amqp-url", "amqp://127.0.0.1:1"], 69, "port"],
    [["--amqp-url", url.replace(":guest@", ":wrong@")], 77, "login"],
    [["--amqp-url", `${url}/nowhere`], 77, "virtual host"],
    [["--queue", "nowhere"], 76, "queue"],
    [["--queue", `${place.queue}-taken`], 76, "queue"],
    [["--declare", "--queue-type", "quorum"], 76, "queue"],
    [["--declare", "--exchange", "amq.direct"], 76, "exchange"],
    [["--declare", "--exchange", "amq.new"], 76, "exchange"],
    [["--declare", "--queue", "amq.new"], 76, "queue"],
    [["--from", "next"], 2, "queue"],
    [["--out", `${folder}/text`], 73, "output"],
    [["--ledger", `sqlite:${folder}/mine.db`], 75, "ledger"],
    [["--ledger", `sqlite:${folder}/text`], 65, "ledger"],
    [["--ledger", `sqlite:${folder}/no/folder.db`], 73, "ledger"],
    // A run looks at its own folder and ledger before it connects.
    [["--queue", "nowhere", "--out", `${folder}/text`], 73, "queue"],
    [["--queue", "nowhere", "--ledger", `sqlite:${folder}/text`], 65, "queue"],
  ];
  for (const [args, code, check] of cases) {
    const usual = ["--amqp-url", "--exchange", "--queue", "--out"]
      .filter((name) => !args.includes(name));
    const given = [
      ...args,
      ...usual.flatMap((
        name,
      ) => [name, at(place)[at(place).indexOf(name) + 1]!]),
      // A run tries again only where nobody answers.
      ...["--connect-timeout", code === 69 ? "1s" : "30s"],
    ];
    const found = await report("doctor", ...given);
    assertEquals(firstOf(found, "fail")?.check, check, args.join(" "));
    const run = await runHere(["count", ...given, "--log-level", "off"]);
    assertEquals([found.exitCode, run.code], [code, code], args.join(" "));
  }
  await mine.close();
});

Deno.test("doctor: what depends on a failed check is skipped, the rest is looked at", async () => {
  const { checks } = await report("doctor", "--amqp-url", "amqp://x.invalid");
  assertEquals(
    checks.map(({ check, verdict }) => `${check} ${verdict}`),
    [
      "name fail",
      ...["port", "TLS", "login", "virtual host", "exchange", "queue"]
        .map((check) => `${check} skipped`),
      ...["output", "ledger", "clock"].map((check) => `${check} ok`),
    ],
  );
});

Deno.test("doctor: a run in the future and other consumers are worth a word", async () => {
  await using place = await Place.make();
  const path = `${place.folder}/ledger.db`;
  const ledger = await SqliteLedger.open(path);
  await ledger.beginRun(Date.now() + 3_600_000);
  await ledger.close();
  await place.channel.consume(place.queue, () => {});

  const found = await report(
    ...["doctor", ...at(place), "--ledger", `sqlite:${path}`],
  );

  const warned = found.checks.filter(({ verdict }) => verdict === "warn");
  assertEquals(warned.map(({ check }) => check), ["queue", "clock"]);
  assertMatch(warned[0]!.found, /1 consumer,/);
  assertEquals(found.exitCode, 0);
});

Deno.test("doctor --verify: a file that a run would set aside is worth a word, a fault of the ledger fails", async () => {
  const folder = await Deno.makeTempDir();
  const [out, input] = [`${folder}/out`, `${folder}/in.ndjson`];
  const place = ["--input", input, "--out", out];
  const { routingKey, body } = messages[0]!;
  const line = { routingKey, body: new TextDecoder().decode(body) };
  await Deno.writeTextFile(input, `${JSON.stringify(line)}\n`);
  await runHere(["count", ...place, "--log-level", "off"]);
  const [name] = [...Deno.readDirSync(out)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json"));
  await Deno.writeTextFile(`${out}/${name}`, '{\n  "x": "y"\n}\n');

  const found = await report("doctor", "--verify", ...place);
  assertEquals([found.exitCode, firstOf(found, "warn")?.check], [0, "files"]);

  using database = new DatabaseSync(`${out}/eventcounter.db`);
  database.exec("UPDATE checkpoint SET uuids = zeroblob(32)");
  const broken = await report("doctor", "--verify", ...place);
  assertEquals(broken.exitCode, 65);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("doctor: makes no ledger in PostgreSQL, and tells of one", async () => {
  const url = ledgerUrl();
  const schema = new URL(url).searchParams.get("schema");
  const place = ["--input", "-", "--ledger", url];
  const first = await report("doctor", ...place);
  assertMatch(first.checks[2]!.found, /missing: a run would make it/);
  const { printed } = await runHere(["count", "--dry-run", ...place]);
  assertEquals(/^ +load /m.test(printed), false, printed);

  const found = await askPostgres(
    `CREATE SCHEMA ${schema}`,
    `CREATE TABLE ${schema}.other ()`,
    "SELECT 1",
  );
  assertEquals(found, 1);
  assertEquals((await report("doctor", ...place)).exitCode, 65);
});
