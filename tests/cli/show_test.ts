import { assertEquals, assertStringIncludes } from "@std/assert";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { checkpoint, rejection } from "../support/ledger_content.ts";
import { runProgram } from "../support/program.ts";

const out = Deno.makeTempDirSync();
let ledger: SqliteLedger;

/** A worker that goes on: a part of its counts waits in the log. */
Deno.test.beforeAll(async () => {
  ledger = await SqliteLedger.open(`${out}/eventcounter.db`);
  await ledger.beginRun(0);
  await checkpoint(ledger, {
    counts: { created: [["ann", 1], ['"a, b"', 1_234]], updated: [["ann", 2]] },
    rejections: [
      rejection("{\x1b[31m", "ann.event.created", "bad_json", 0),
      rejection(new Uint8Array([0xff, 0xfe]), "x", "bad_routing_key", 1),
    ],
  });
});

Deno.test.afterAll(async () => {
  await ledger.close();
  await Deno.remove(out, { recursive: true });
});

async function show(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(
    ["show", ...args.includes("--out") ? [] : ["--out", out], ...args],
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

for (
  const [args, shown] of [
    [
      [],
      "type     user    count\n" +
      'created  "a, b"  1,234\n' +
      "created  ann         1\n" +
      "updated  ann         2\n",
    ],
    [["--type", "updated"], "type     user  count\nupdated  ann       2\n"],
    [["--type", "other"], "type  user  count\n"],
    [
      ["--by", "user", "--top", "1"],
      'user    count\n"a, b"  1,234\n',
    ],
    [
      ["--by", "type", "--format", "csv"],
      "type,events,users\r\ncreated,1235,2\r\nupdated,2,1\r\n",
    ],
    [
      ["--format", "csv", "--type", "created"],
      'type,user,count\r\ncreated,"""a, b""",1234\r\ncreated,ann,1\r\n',
    ],
    [
      ["--by", "user", "--format", "ndjson"],
      '{"user":"\\"a, b\\"","count":1234}\n{"user":"ann","count":3}\n',
    ],
    [
      ["--runs", "--format", "json"],
      '[\n{"run":"1","started":"1970-01-01T00:00:00Z","ended":null,' +
      '"seconds":null,"stopped":"running","unique":null,"duplicates":null,"rejected":null}\n]\n',
    ],
    [
      ["--runs"],
      "run  started               seconds  stopped  unique  duplicates  rejected\n" +
      "1    1970-01-01T00:00:00Z           running\n",
    ],
    [["--type", "other", "--format", "json"], "[]\n"],
    [
      ["--rejected", "--format", "ndjson"],
      '{"time":"1970-01-01T00:00:00.000Z","reason":"bad_json",' +
      '"routingKey":"ann.event.created","body":"{\\u001b[31m"}\n' +
      '{"time":"1970-01-01T00:00:00.001Z","reason":"bad_routing_key",' +
      '"routingKey":"x","bodyBase64":"//4="}\n',
    ],
    [
      ["--rejected", "--by", "reason"],
      "reason           rejections  bytes\n" +
      "bad_json                  1     23\n" +
      "bad_routing_key           1      3\n",
    ],
  ] as [string[], string][]
) {
  Deno.test(`show ${args.join(" ")}`, async () => {
    assertEquals(await show(...args), shown);
  });
}

Deno.test("show --runs tells a run that was killed from one that goes on", async () => {
  const folder = Deno.makeTempDirSync();
  const killed = await SqliteLedger.open(`${folder}/eventcounter.db`);
  await killed.beginRun(0);
  await killed.close();
  const runs = await show("--runs", "--format", "json", "--out", folder);
  assertEquals(JSON.parse(runs)[0].stopped, "killed");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("show --rejected sends no control character to a terminal", async () => {
  assertStringIncludes(await show("--rejected"), "  {\\u001b[31m\n");
});

Deno.test("show into a pipe that is closed ends quietly: 0", async () => {
  await checkpoint(ledger, {
    counts: {
      many: Array.from({ length: 50_000 }, (_, i) => [`user ${i}`, 1]),
    },
  });
  const through = [
    ...["bash", "-c", '"$@" | head -1; exit ${PIPESTATUS[0]}', "bash"],
  ];
  const { code, stdout, stderr } = await runProgram(
    ["show", "--out", out, "--format", "csv"],
    { through },
  );
  assertEquals([code, stdout, stderr], [0, "type,user,count\r\n", ""]);
});
