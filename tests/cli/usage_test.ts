import { assertEquals, assertMatch } from "@std/assert";
import {
  allCommands,
  allOptions,
  PROGRAM,
} from "../../src/cli/command_tree.ts";
import { flagsOf, valueOf } from "../../src/cli/option_spec.ts";
import { runProgram } from "../support/program.ts";
import { runHere } from "../support/run_here.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** Wrong usage, and what the one line must say. */
const WRONG: readonly [args: string[], message: RegExp][] = [
  [["--nope"], /--nope/],
  [["-x"], /-x/],
  [["nonsense"], /"nonsense", eventcounter has count, publish, merge, /],
  [["help", "shwo"], /Unknown command "shwo"/],
  [["count", "now"], /Unknown command "count now": count takes options alone/],
  [
    ["completions", "tcsh"],
    /"completions tcsh", completions has bash, zsh, fi/,
  ],
  [["count", "--version"], /--version/],
  [["--declare=false"], /--declare/],
  [["--idle"], /--idle/],
  [["--idle", "5 parsecs"], /500ms, 5s, 2m, 1h or 1d.*"5 parsecs"/],
  [["--idle", "5"], /500ms, 5s, 2m, 1h or 1d.*"5"/],
  [["--idle", "-1s"], /500ms, 5s, 2m, 1h or 1d/],
  [["--connect-timeout", "0s"], /500ms, 5s, 2m, 1h or 1d/],
  [["--types", "a,,b"], /letters, digits, _ or -.*"a,,b"/],
  [["--types", "a/b"], /letters, digits, _ or -/],
  [["--types", "any,created"], /or any alone.*"any,created"/],
  [["--types", "created, any"], /or any alone/],
  [["---queue", ""], /"--queue" must not be empty/],
  [["--out", "", "--help"], /"--out" must not be empty/],
  [["--prefetch", "0"], /from 1 to 65535.*"0"/],
  [["--prefetch", "65536"], /from 1 to 65535/],
  [["--prefetch", "1e3"], /from 1 to 65535/],
  [["--prefetch", "100"], /at least --checkpoint-size \(5000\).*"100"/],
  [["--checkpoint-size", "20000"], /at least --checkpoint-size \(20000\)/],
  [
    ["--ledger", "mysql://x"],
    /"mysql:\/\/x": it must be sqlite:PATH or a path l/,
  ],
  [["--ledger", "sqlite:"], /"sqlite:": it must be sqlite:PATH or a path like/],
  [["--ledger", "x/created.json"], /no JSON file/],
  [["--ledger", "memory"], /"memory": it must be .* or postgres:.*memory:/],
  [["--binding", "#"], /"--binding".*--declare/],
  [["--queue-type", "quorum"], /"--queue-type".*--declare/],
  [["--declare", "--queue-type", "log"], /one of classic, quorum, stream/],
  [["--from", "last"], /"--from" must be first, next, an offset, or a time/],
  [["--from", "2026-11-24T10:00:00"], /"--from" must be .* a time like/],
  [["--from", "next", "--input", "-"], /"--from" .*--input/],
  [["--id", "id"], /"--id" must be json:.* or header:.* got "id"/],
  [["--routing-key", "<user>.x"], /"--routing-key" must be .* "<user>.x"/],
  [["--key", "<user>.x"], /"--key" must be words .*<type>.* "<user>.x"/],
  [["--queue", "a", "--queue", "a"], /"--queue" must name .* got "a" twice/],
  [["--queue", "a", "--queue", "b", "--declare"], /"--declare" .* "a", "b"/],
  [["--input", "x", "--declare"], /"--declare".*--input/],
  [["--input", "x", "--until-empty"], /"--until-empty".*--input/],
  [["--input", "/nowhere/x"], /Cannot read "\/nowhere\/x".*check --input/],
  [["--input", "/"], /folder.*check --input/],
  [["--listen", "9090x"], /"--listen" must be a port like 9090/],
  [["--listen", ":65536"], /"--listen" must be a port like 9090/],
  [["--listen", "0.0.0.0:9090"], /--listen-public, but got "0.0.0.0:9090"/],
  [["--listen", "[::]:9090"], /--listen-public, but got "\[::\]:9090"/],
  [["--otlp-endpoint", "collector:4318"], /must be a URL like http:/],
  [
    ["--otlp-endpoint", "http://a:secret@c"],
    /with neither a user nor parameters, but got "http:\/\/a:\*\*\*@c"/,
  ],
  [["--listen", "127.evil.example:1"], /come with --listen-public/],
  [["--listen-public"], /"--listen-public" is for --listen/],
  [["--format", "xml"], /one of text, json/],
  [["--log-level", "loud"], /one of debug, info, warn, error, off/],
  [["--amqp-url", "nonsense"], /no URL.*amqp:\/\/user:password@host:5672/],
  [["--queue", "q".repeat(256)], /"--queue" .* 255 bytes, but got "q+"/],
  [["publish", "--exchange", "ü".repeat(128)], /"--exchange" .* 255 bytes/],
  [["--amqp-url", "http://h"], /scheme is "http"/],
  [["--idle", "1s", "--idle", "2s"], /--idle/],
  [["--declare", "--declare"], /--declare/],
  [["publish", "--declare", "--no-declare"], /declare/],
  // An option of the program is none of its subcommand.
  [["--until-empty", "count"], /until-empty|count/],
  [["--idle", "1s", "publish"], /idle|publish/],
  [["merge", "a.db", "--nope", "--out", "x"], /--nope/],
  [["merge", "postgres://h/d", "--out", "x"], /file of a SQLite ledger/],
  [["merge", "--out", "x"], /ledger/],
  [["merge", "a.db"], /"--out" must be given/],
  [
    ["show", "--ledger", "memory:"],
    /"memory:".*a path like.*memory: is for count/,
  ],
  [["show", "--by", "reason"], /"--by" takes reason with --rejected only/],
  [["show", "--runs", "--rejected"], /"--rejected" does not go with --runs/],
  [["show", "--runs", "--top", "3"], /"--top" does not go with --runs/],
  [["show", "--rejected", "--type", "a"], /"--type" .* with --rejected/],
  [["rejected", "forget"], /or "--all" that all are, but none is given/],
  [
    ["rejected", "forget", "--all", "--reason", "bad_id"],
    /"--all" does not go/,
  ],
  [["rejected", "forget", "--reason", "bad"], /one of bad_routing_key, unkn/],
  [["rejected", "forget", "--before", "monday"], /a time like 2026-11-24T10/],
  [["rejected", "forget", "--before", "2026-02-30"], /got "2026-02-30"/],
  [["--rejected-limit", "5 cups"], /a size like 500MB or 1GB.*"5 cups"/],
  [["show", "--rejected", "--by", "user"], /"--by" .* with --rejected/],
  [["publish", "--size", "0"], /from 1 to/],
  [["publish", "--partitions", "0"], /from 1 to 256/],
  [["publish", "--no-declare", "--partitions", "2"], /--declare/],
  [["publish", "--duplicates", "1.5"], /from 0 to 1/],
  [["publish", "--duplicates", "0.6", "--invalid", "0.6"], /.*/],
];

for (const [args, message] of WRONG) {
  Deno.test(`eventcounter ${args.join(" ")}: 2, with what is allowed`, async () => {
    const { code, complaints } = await runHere(args);
    assertEquals(code, 2);
    assertEquals(complaints.length, 1);
    assertMatch(complaints[0]!, /^eventcounter: .*$/);
    assertMatch(complaints[0]!, message);
  });
}

Deno.test("an empty value for any option of any command: 2, by its name", async () => {
  for (const command of allCommands(PROGRAM)) {
    for (const option of allOptions(command)) {
      if (valueOf(option) === undefined) continue;
      const [flag] = flagsOf(option);
      for (const given of [[flag!, ""], [`${flag}=`]]) {
        const { code, complaints } = await runHere([...command.path, ...given]);
        assertEquals([code, complaints], [2, [
          `eventcounter: Option "${flag}" must not be empty, but got ""; ` +
          "give it a value or leave it out. See " +
          `${["eventcounter", ...command.path].join(" ")} --help.`,
        ]]);
      }
    }
  }
});

Deno.test("a password is masked wherever a URL is told, also where it has no place: 2", async () => {
  const url = "amqp://user:hunter2@host";
  for (
    const [args, env] of [
      [[url], {}],
      [["--amqp-url", url, "publish"], {}],
      [["--amqp-url", "amqp://user:hunter2"], {}],
      [["--amqp-url", "http://user:hunter2@host"], {}],
      [["--amqp-url", "amqp://user:hun@hunter2@host:x"], {}],
      [["--amqp-url", "amqp://user:hunter2@host?heartbeat=x"], {}],
      [["--amqp-url-file", url], {}],
      [[], { AMQP_URL_FILE: url }],
      [["--ledger", url], {}],
      [["show", "--ledger", ` ${url}`], {}],
      [["show", "--ledger", url.replace("amqp", "postgresql+x")], {}],
      [["verify", "--ledger", url.replace("amqp", "jdbc:postgresql")], {}],
      [["report", "--ledger", `"${url}"`], {}],
      [["--idle", url], {}],
      [["--declare", "--queue-type", url], {}],
      [["--input", url], {}],
    ] as [string[], Record<string, string>][]
  ) {
    const { code, stderr, complaints } = await runProgram(args, { env });
    assertEquals([code, complaints.length], [2, 1], stderr);
    assertEquals(stderr.includes("hunter2"), false, stderr);
  }
});

Deno.test("a variable that is no UTF-8 is told by its name, without its value: 2", async () => {
  for (const name of ["AMQP_URL", "AMQP_QUEUE", "EVENTCOUNTER_OUT"]) {
    const { code, complaints } = await runProgram([], {
      through: [
        ...["sh", "-c", `export ${name}="$(printf 'hunter2\\377')"; exec "$@"`],
        "sh",
      ],
    });
    assertEquals([code, complaints], [2, [
      `eventcounter: Cannot read the variable ${name}: its value is no UTF-8; set it again`,
    ]]);
  }
});

Deno.test("standard output that takes nothing: 74, and the files are there", async () => {
  const out = folder.make();
  const input = `${out}/input.ndjson`;
  await Deno.writeTextFile(
    input,
    '{"routingKey":"ann.event.created","body":{"id":"1"}}\n',
  );
  const full = ["sh", "-c", 'exec "$@" >/dev/full', "sh"];
  for (const args of [["--input", input, "--out", out], ["--help"], ["-V"]]) {
    const { code, complaints } = await runProgram(args, { through: full });
    assertEquals([code, complaints.length], [74, 1], complaints.join("\n"));
    assertMatch(complaints[0]!, /Cannot write to standard output: No space/);
  }
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "ann": 1\n}\n',
  );
});

Deno.test("standard error that takes nothing changes no exit code", async () => {
  const { code } = await runProgram(["--nope"], {
    through: ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"],
  });
  assertEquals(code, 2);
});

Deno.test("a flag beats a variable, a variable beats the default", async () => {
  const line = (type: string) =>
    JSON.stringify({ routingKey: `ann.event.${type}`, body: { id: type } });
  const stdin = `${line("created")}\n${line("seen")}\n${line("heard")}\n`;
  const count = async (args: string[], env: Record<string, string>) => {
    const out = folder.make();
    const { stdout, stderr } = await runProgram(
      ["--input", "-", "--out", out, "--format", "json", ...args],
      { stdin, env },
    );
    assertEquals(stderr, "");
    return Object.keys(JSON.parse(stdout).types);
  };
  assertEquals(await count([], {}), ["created"]);
  const env = { EVENTCOUNTER_TYPES: "seen" };
  assertEquals(await count([], env), ["seen"]);
  assertEquals(await count(["--types", "heard"], env), ["heard"]);
  // An empty variable is one that is not set.
  assertEquals(await count([], { EVENTCOUNTER_TYPES: "" }), ["created"]);
});

Deno.test("a bad variable is told by its name: 2", async () => {
  const { code, stderr } = await runProgram([], {
    env: { EVENTCOUNTER_IDLE: "soon" },
  });
  assertEquals(code, 2);
  assertMatch(stderr, /variable "EVENTCOUNTER_IDLE" must be a duration/);
});

Deno.test("the AMQP URL comes from a file, and a flag beats the other's variable", async () => {
  const file = `${folder.make()}/amqp-url`;
  await Deno.writeTextFile(file, "amqp://file:secret@127.0.0.1:1\nmore\n");
  const out = folder.make();
  const told = async (args: string[], env: Record<string, string>) => {
    const { stderr } = await runProgram(
      ["--out", out, "--connect-timeout", "1ms", ...args],
      { env },
    );
    return (/are both given/.exec(stderr) ??
      /amqp:\/\/(\w+):\*\*\*@/.exec(stderr))?.at(0);
  };
  const flag = "amqp://flag:secret@127.0.0.1:1";
  const variable = "amqp://variable:secret@127.0.0.1:1";
  assertEquals(
    await told(["--amqp-url-file", file], { AMQP_URL: variable }),
    "amqp://file:***@",
  );
  assertEquals(
    await told(["--amqp-url", flag], { AMQP_URL_FILE: file }),
    "amqp://flag:***@",
  );
  assertEquals(await told([], { AMQP_URL: variable }), "amqp://variable:***@");
  assertEquals(
    await told([], { AMQP_URL: variable, AMQP_URL_FILE: file }),
    "are both given",
  );
});

Deno.test("input that is no NDJSON at all: 65, and nothing is recorded", async () => {
  const out = folder.make();
  const { code, complaints } = await runProgram(
    ["--input", "-", "--out", out],
    { stdin: "id,user\n1,ann\n2,bob\n" },
  );
  assertEquals(code, 65);
  assertMatch(complaints.join(), /none of its first 3 line/);
  const names = [...Deno.readDirSync(out)].map(({ name }) => name);
  assertEquals(names.sort(), ["eventcounter.db", "eventcounter.db-lock"]);
});

Deno.test("with --log-format or --format json, what ended a run is an object too", async () => {
  for (
    const [args, env] of [
      [["--log-format", "json", "--nope"], {}],
      [["--ledger", "sqlite:", "--log-format=json"], {}],
      [["--nope"], { EVENTCOUNTER_LOG_FORMAT: "json" }],
      [["--ledger", "sqlite:", "--format", "json"], {}],
      [["publish", "--format=json", "--nope"], {}],
      [["merge", "--format", "json", "--nope"], {}],
    ] as [string[], Record<string, string>][]
  ) {
    const { code, stdout, stderr } = await runProgram(args, { env });
    const { time, message, ...rest } = JSON.parse(stderr);
    assertMatch(time, /^\d{4}-\d\d-\d\dT.*Z$/);
    assertMatch(message, /--nope|sqlite:/);
    const told = { level: "error", logger: "eventcounter", exitCode: 2 };
    assertEquals([code, stdout, rest], [2, "", told]);
  }
});

Deno.test("whoever has read enough of the summary ends it quietly", async () => {
  const out = folder.make();
  const { code, complaints } = await runProgram(
    ["--input", "/dev/null", "--out", out],
    { through: ["bash", "-c", 'set -o pipefail; "$@" | head -c 0', "-"] },
  );
  assertEquals([code, complaints], [0, []]);
});

Deno.test("the summary alone is on standard output, log records are on standard error", async () => {
  const out = folder.make();
  const { code, stdout, stderr } = await runProgram([
    ...["--input", "/dev/null", "--out", out],
    ...["--log-level", "debug", "--log-format", "json"],
  ]);
  assertEquals(code, 0);
  assertMatch(stdout, /^0 received: 0 counted, 0 duplicates, 0 rejected\n/);
  for (const line of stderr.split("\n").filter(Boolean)) JSON.parse(line);
});
