import { assert, assertEquals, assertMatch } from "@std/assert";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { runProgram } from "../support/program.ts";
import { ledgerUrl } from "../support/postgres_place.ts";
import { filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const line = (routingKey: string, body: unknown) =>
  JSON.stringify({ routingKey, body }) + "\n";

const MESSAGES = line("ann.event.created", { id: "1" }) +
  line("ann.event.renamed", { id: "2" }) +
  line("ann.event.renamed", { id: "1" }) + line("x", "{secret");

for (
  const [name, ledgerIn] of [
    ["SQLite", (out: string) => `${out}-ledger.db`],
    ["PostgreSQL", () => ledgerUrl()],
  ] as const
) {
  Deno.test(`rejected replay and forget on ${name}: counts, rejections and files follow`, async () => {
    const out = folder.make();
    const place = ["--out", out, "--ledger", ledgerIn(out)];
    const ask = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram(
        [...args, ...place, "--format", "json", "--log-level", "warn"],
        { stdin: MESSAGES },
      );
      assertEquals([code, stderr], [0, ""]);
      return JSON.parse(stdout);
    };
    assertEquals((await ask("--input", "-")).rejected, 3);

    const { unique, duplicates, rejected, types } = await ask(
      ...["rejected", "replay", "--types", "created,renamed"],
    );
    assertEquals([unique, duplicates, rejected], [1, 1, 1]);
    assertEquals(types.renamed, { events: 1, users: 1 });
    const shown = await ask("show", "--rejected");
    assertEquals(
      filesIn(out)["rejected.ndjson"],
      `${JSON.stringify(shown[0])}\n`,
    );

    assertEquals((await ask("rejected", "forget", "--all")).forgotten, 1);
    assertEquals(await ask("show", "--rejected"), []);
    assertEquals(Object.keys(filesIn(out)), ["created.json", "renamed.json"]);
    if (name === "SQLite") {
      const stored = await Deno.readTextFile(ledgerIn(out));
      assert(stored.includes("created") && !stored.includes("secret"));
    }
  });
}

Deno.test("a rejected.ndjson that a copy has given another time goes with its rejections", async () => {
  for (
    const args of [["forget", "--all"], [
      "replay",
      "--types",
      "created,renamed",
    ]]
  ) {
    const out = folder.make();
    const lines = line("ann.event.renamed", { id: "2" });
    await runProgram(["--input", "-", "--out", out], { stdin: lines });
    await Deno.utime(`${out}/rejected.ndjson`, 0, 0);
    const { code, stderr } = await runProgram(
      ["rejected", ...args, "--out", out],
    );
    assertEquals([code, stderr], [0, ""]);
    const names = Object.keys(filesIn(out)).filter((name) =>
      name.startsWith("rejected")
    );
    assertEquals(names, []);
  }
});

Deno.test("rejected replay and forget beside a worker on SQLite: 75", async () => {
  const out = folder.make();
  const ledger = await SqliteLedger.open(`${out}/eventcounter.db`);
  for (const args of [["replay"], ["forget", "--all"]]) {
    const { code, complaints } = await runProgram(
      ["rejected", ...args, "--out", out],
    );
    assertEquals(code, 75);
    assertMatch(complaints.join(), /another process is using it/);
  }
  await ledger.close();
});

Deno.test("--rejected-limit: 74 before a batch with more, what came before is counted", async () => {
  const out = folder.make();
  const count = (stdin: string, limit: string) =>
    runProgram([
      ...["--input", "-", "--out", out, "--rejected-limit", limit],
      ...["--checkpoint-size", "1"],
    ], { stdin });
  const [one, other] = ["1", "2"].map((id) =>
    line("ann.event.created", { id })
  );
  const { code, complaints } = await count(
    one! + line("x", "12") + line("y", "34") + other!,
    "300B",
  );
  assertEquals(code, 74);
  assertMatch(
    complaints.join(),
    /takes 259 bytes, and --rejected-limit leaves 41 b/,
  );
  assertMatch(filesIn(out)["rejected.ndjson"]!, /^\{.*"routingKey":"x".*\}\n$/);
  assertEquals(filesIn(out)["created.json"], '{\n  "ann": 1\n}\n');
  // What earlier runs have left counts, too.
  assertEquals((await count(line("y", "34"), "0.5kB")).code, 74);
  assertEquals((await count(line("y", "34"), "1kB")).code, 0);
});
