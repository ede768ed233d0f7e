import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { Session } from "../../src/ledger/postgres/session.ts";
import { failureOf } from "../../src/cli/failure.ts";
import { Examination } from "../../src/inspect/examination.ts";
import { verifyLedger } from "../../src/inspect/verification.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { SqliteReader } from "../../src/ledger/sqlite/sqlite_reader.ts";
import { checkpoint } from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import { ledgerUrl } from "../support/postgres_place.ts";
import { runProgram } from "../support/program.ts";
import { runHere } from "../support/run_here.ts";

const SIZE = 3_000;

/** A folder with counts, and what they must be. */
class Counted implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly out = `${this.folder}/out`;
  readonly expect = `${this.folder}/expect`;

  /** @param ledger Its URL. Default: SQLite in the folder. */
  static async make(ledger?: string): Promise<Counted> {
    const counted = new Counted(ledger);
    const published = await runProgram([
      ...["publish", "--to", "-", "--size", `${SIZE}`, "--seed", "5"],
      ...["--users", "20", "--duplicates", "0.1", "--invalid", "0.1"],
      ...["--expect", counted.expect],
    ]);
    const input = `${counted.folder}/in.ndjson`;
    await Deno.writeTextFile(input, published.stdout);
    await runHere([
      ...["count", "--input", input, "--out", counted.out],
      ...["--log-level", "off", "--checkpoint-size", "500", ...counted.place],
    ]);
    return counted;
  }

  private constructor(readonly ledger?: string) {}

  get place(): string[] {
    return this.ledger === undefined ? [] : ["--ledger", this.ledger];
  }

  /** Changes a SQLite ledger by hand. */
  change(sql: string): void {
    using database = new DatabaseSync(`${this.out}/eventcounter.db`);
    database.exec(sql);
  }

  /** What fails, by check. */
  async faults(...args: string[]): Promise<Record<string, string>> {
    const { code, printed, complaints } = await runHere([
      ...["verify", "--out", this.out, "--expect", this.expect],
      ...["--format", "json", ...this.place, ...args],
    ]);
    const checks = JSON.parse(printed).checks as {
      check: string;
      verdict: string;
      found: string;
    }[];
    const failed = checks.filter(({ verdict }) => verdict === "fail");
    const isRight = failed.length === 0;
    assertEquals([code, complaints.length], isRight ? [0, 0] : [65, 1]);
    return Object.fromEntries(failed.map(({ check, found }) => [check, found]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The line of the expected ids with a number, from 0. */
function expectedId({ expect }: Counted, number: number): string {
  const lines = Deno.readTextFileSync(`${expect}/ids.ndjson`).split("\n");
  return JSON.parse(lines[number]!).id;
}

Deno.test("verify: a ledger that was left alone has no fault, and a deleted id and an altered count are both named", async () => {
  await using counted = await Counted.make();
  assertEquals(await counted.faults(), {});

  counted.change(
    "UPDATE checkpoint SET uuids = substr(uuids, 17) WHERE id = 2; " +
      "UPDATE total SET count = count + 1 WHERE type = 'updated' AND user = CAST('user_c' AS BLOB)",
  );
  const faults = await counted.faults();

  assertMatch(
    faults.checkpoints!,
    /^checkpoint 2 \(run 1\) counted (\d+) events and has \d+ ids;/,
  );
  assertMatch(faults.counts!, /add up to 2,401 .*checkpoints counted 2,400;/);
  assertMatch(
    faults.files!,
    /user "user_c" has 1 more in the ledger than in updated.json;/,
  );
  assertMatch(faults.expectation!, /user "user_c" has 1 more in the ledger/);
  const gone = /^id "(\S+)" \((\w+) of user "(\w+)"\) is missing;/
    .exec(faults["expected ids"]!)![1]!;
  const ids = Deno.readTextFileSync(`${counted.expect}/ids.ndjson`);
  assertMatch(ids, new RegExp(gone));
  assertEquals(Object.keys(faults).length, 5);
});

Deno.test("verify: lines of files that mean nothing are named, by their number", async () => {
  await using counted = await Counted.make();
  const created = `${counted.out}/created.json`;
  await Deno.writeTextFile(created, '{\n  "a\\q": 1\n}\n');
  const ids = `${counted.expect}/ids.ndjson`;
  for (
    const line of ["no JSON", "null", "{}", '{"id":1,"user":"a","type":"b"}']
  ) {
    await Deno.writeTextFile(ids, `${line}\n`);
    const { files, "expected ids": expected } = await counted.faults();
    assertStringIncludes(files!, `Line 2 of "${created}" is no count`);
    assertStringIncludes(expected!, `Line 1 of "${ids}" is no expected id`);
  }
});

Deno.test("verify: a folder that is not there is no fault of the ledger: 2", async () => {
  await using counted = await Counted.make();
  const { code, complaints } = await runHere(
    ["verify", "--out", counted.out, "--expect", `${counted.folder}/no`],
  );
  assertEquals([code, complaints], [2, [
    'eventcounter: 2 checks failed, first "expectation": ' +
    "what to do stands in its line",
  ]]);
});

Deno.test("verify and merge: names and ids from outside send no control character to a terminal", async () => {
  await using counted = await Counted.make();
  const line = JSON.stringify({
    routingKey: "ann\x1b[2J.event.created",
    body: { id: "\x1b[2J" },
  });
  const input = `${counted.folder}/odd.ndjson`;
  await Deno.writeTextFile(input, `${line}\n`);
  const outs = [counted.out, `${counted.folder}/other`] as const;
  for (const out of outs) {
    const place = ["--out", out, "--log-level", "off"];
    await runHere(["count", "--input", input, ...place]);
  }
  const ledgers = outs.map((out) => `${out}/eventcounter.db`);
  const { complaints } = await runHere(
    ["merge", ...ledgers, "--out", `${counted.folder}/sum`],
  );
  assertMatch(complaints[0]!, /for example "\\u001b\[2J" in/);

  await Deno.writeTextFile(`${counted.out}/created.json`, "{\n}\n");
  const { printed } = await runHere(["verify", "--out", counted.out]);
  assertMatch(printed, /user "ann\\u001b\[2J" has 1 more/);
});

Deno.test("verify: each other fault is named where it is", async () => {
  const cases: [sql: string, check: string, named: RegExp][] = [
    [
      "UPDATE checkpoint SET uuids = (SELECT uuids FROM checkpoint WHERE id = 1) WHERE id = 3",
      "ids",
      /^id "\S{36}" is in checkpoint 1 and checkpoint 3; and \d+ more;/,
    ],
    [
      "DELETE FROM checkpoint WHERE id = 3",
      "checkpoints",
      /1 checkpoint before checkpoint 4 missing/,
    ],
    [
      "DELETE FROM checkpoint WHERE id = 6",
      "checkpoints",
      /run 1 counted 2,400 events, its checkpoints/,
    ],
    [
      "UPDATE checkpoint SET uuids = CAST(x'00' || uuids AS BLOB) WHERE id = 2",
      "ids",
      /malformed UUIDs; it is no ledger, or damaged/,
    ],
    [
      "UPDATE total SET type = 'creatEd' WHERE type = 'created'",
      "files",
      /created\.json shows events of a type that the ledger does not have/,
    ],
    [
      "INSERT INTO rejection SELECT max(id) + 1, checkpoint, at, reason, " +
      "routing_key, fingerprint, follows, precedes, body, properties FROM rejection",
      "rejections",
      /there are 301 rejections, and all runs together have recorded 300/,
    ],
    [
      "UPDATE rejection SET body = x'00' WHERE id = 7",
      "rejections",
      /^rejection 7 has/,
    ],
    [
      "DELETE FROM rejection WHERE id = 7",
      "files",
      /does not have rejection 8 in its place/,
    ],
    [
      "UPDATE total SET count = count + 1 - 2 * (user = CAST('user_c' AS BLOB)) WHERE type = 'created' AND user IN (CAST('user_b' AS BLOB), CAST('user_c' AS BLOB))",
      "files",
      /"user_b" has 1 more .*"user_c" has 1 less/,
    ],
  ];
  await using counted = await Counted.make();
  const ledger = `${counted.out}/eventcounter.db`;
  const whole = await Deno.readFile(ledger);
  for (const [sql, check, named] of cases) {
    counted.change(sql);
    assertMatch((await counted.faults())[check] ?? "", named, sql);
    await Deno.writeFile(ledger, whole);
  }
  const path = `${counted.out}/created.json`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    text.replace(/"user_a": (\d+)/, '"user_a": 1$1'),
  );
  assertMatch(
    (await counted.faults()).files!,
    /was not written.*"user_a" has 1\d+ less/,
  );
});

Deno.test("verify: a file that a run has written since the ledger was read is no fault", async () => {
  await using counted = await Counted.make();
  const { out } = counted;
  const path = `${out}/created.json`;
  await Deno.writeTextFile(path, '{\n  "ann": 1\n}\n');
  const now = Date.now();
  for (
    const [at, modified, verdicts] of [
      [0, now, []],
      [now + 60_000, now, ["files"]],
      // A clock that was wrong, or somebody's `touch`.
      [0, now + 3_600_000, ["files"]],
    ] as const
  ) {
    await Deno.utime(path, new Date(modified), new Date(modified));
    const examination = new Examination({ tell: () => {}, judge: failureOf });
    await using reader = SqliteReader.open(`${out}/eventcounter.db`);
    await verifyLedger(examination, reader, {
      ...{ folder: out, isInUse: false, at },
    });
    assertEquals(
      examination.results.filter(({ verdict }) => verdict !== "ok")
        .map(({ check }) => check),
      [...verdicts],
    );
  }
});

Deno.test("verify: PostgreSQL: a deleted id and an altered count are named", async () => {
  const url = ledgerUrl();
  await using counted = await Counted.make(url);
  assertEquals(await counted.faults(), {});
  const id = expectedId(counted, 77);
  const session = await Session.open(parsePostgresAddress(url), undefined);
  await session.ask(`DELETE FROM seen_uuid WHERE id = '${id}'`);
  await session.ask(
    "UPDATE total SET count = count + 1 WHERE type = 'updated' AND user_id = 'user_c'",
  );
  await session.close();

  const faults = await counted.faults();

  assertMatch(faults.counts!, /add up to 2,401 .*ids there are 2,399;/);
  assertMatch(faults.files!, /user "user_c" has 1 more/);
  assertMatch(faults["expected ids"]!, new RegExp(`^id "${id}" \\(`));
});

Deno.test("verify: PostgreSQL: a run that was killed is none that goes on, and hides no fault of a file", async () => {
  const url = ledgerUrl();
  await using counted = await Counted.make(url);
  const session = await Session.open(parsePostgresAddress(url), undefined);
  const { rows } = await session.ask(
    "UPDATE run SET ended_at = NULL RETURNING id",
  );
  const other = '{\n  "user_a": 1\n}\n';
  Deno.writeTextFileSync(`${counted.out}/created.json`, other);

  await session.workFor(rows[0]![0] as string);
  const during = await counted.faults();
  await session.workFor(crypto.randomUUID());
  const after = await counted.faults();
  await session.close();

  assertEquals(during, {});
  assertMatch(after.files!, /created.json was not written from this ledger/);
});

Deno.test("verify: rejections that somebody has removed since are no fault of the file that shows them", async () => {
  await using counted = await Counted.make();
  await runHere([
    ...["rejected", "forget", "--reason", "bad_json"],
    ...["--out", `${counted.folder}/other`],
    ...["--ledger", `${counted.out}/eventcounter.db`],
  ]);

  assertEquals(await counted.faults(), {});
  await Deno.writeTextFile(`${counted.out}/rejected.ndjson`, "{}\n");
  assertMatch((await counted.faults()).files!, /rejected.ndjson/);
});

Deno.test("verify: files that lag behind a run that goes on are no fault, nor are ids that were forgotten", async () => {
  await using counted = await Counted.make();
  const ledger = await SqliteLedger.open(`${counted.out}/eventcounter.db`, {
    forgetBefore: Date.now() + 1,
  });
  await ledger.beginRun(Date.now());
  await checkpoint(ledger, {
    ids: [uuid(1)],
    counts: { created: [["user_a", 1]] },
    at: Date.now(),
  });
  const args = ["verify", "--out", counted.out, "--format", "json"];
  const during = await runHere(args);
  await ledger.close();
  const after = await runHere(args);

  for (
    const [{ code, printed }, lag] of [
      [during, /created.json, which may lag/],
      [after, /created.json, which a run would write/],
    ] as const
  ) {
    assertEquals(code, 0, printed);
    assertMatch(printed, lag);
    assertMatch(printed, /2,400 of them forgotten/);
  }
});
