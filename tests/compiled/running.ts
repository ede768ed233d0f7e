/** That the executable is the program: what only a build could change. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { allCommands, PROGRAM } from "../../src/cli/command_tree.ts";
import { VERSION } from "../../src/cli/version.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { PERMISSIONS } from "../../tools/compile/permissions.ts";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { Collector } from "../support/collector.ts";
import { runProgram } from "../support/program.ts";
import { until } from "../support/until.ts";
import {
  AS_NOBODY,
  BUILDABLE,
  canMount,
  COMMIT,
  executable,
  FOLDER,
  openFolder,
  ROOT,
  test,
} from "./executables.ts";

const LINE = '{"routingKey":"ann.event.created","body":{"id":"42"}}\n';
const COUNTED = '{\n  "ann": 1\n}\n';

test("--version tells version, commit and Deno's version; -V the version", async (executable) => {
  const long = await executable.run(["--version"]);
  assertEquals(
    [long.code, long.stdout, long.stderr],
    [
      0,
      `eventcounter ${VERSION}\ncommit ${COMMIT}\ndeno ${Deno.version.deno}\n`,
      "",
    ],
  );
  assertEquals((await executable.run(["-V"])).stdout, `${VERSION}\n`);
});

test("--help of every command is that of the source", async (executable) => {
  for (const { path } of allCommands(PROGRAM)) {
    const { code, stdout, stderr } = await executable.run([...path, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    const bySource = await runProgram([...path, "--help"]);
    assertEquals(stdout, bySource.stdout, path.join(" "));
  }
});

test("who may write to the folder of a ledger alone reads it beside a worker, and leaves nothing there", async (executable) => {
  const folder = await openFolder();
  const count = ["--input", "-", "--out", folder];
  assertEquals((await executable.run(count, { stdin: LINE })).code, 0);
  const names = () =>
    [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const before = names();
  const show = () =>
    executable.run(["show", "--out", folder, "--format", "csv"], {
      env: { EVENTCOUNTER_CACHE: `${folder}/cache` },
      through: AS_NOBODY,
    });
  const alone = await show();
  assertEquals([alone.code, alone.stdout], [73, ""], alone.stderr);
  assertMatch(
    alone.stderr,
    /only who may write to it and its folder can; run this as/,
  );
  assertEquals(names(), [...before, "cache"].sort());

  const worker = await SqliteLedger.open(`${folder}/eventcounter.db`);
  const beside = await show();
  await worker.close();
  assertEquals([beside.code, beside.stderr], [0, ""]);
  assertEquals(beside.stdout, "type,user,count\r\ncreated,ann,1\r\n");
  assertEquals(names(), [...before, "cache"].sort());
});

test("--otlp-endpoint sends the metrics to a collector, with the headers of the environment", async (executable) => {
  await using collector = new Collector();
  const folder = await openFolder();
  const { code } = await executable.run([
    ...["--input", "-", "--out", folder],
    ...["--otlp-endpoint", collector.url],
  ], {
    stdin: LINE,
    env: {
      EVENTCOUNTER_CACHE: executable.cache,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret",
    },
  });
  assertEquals(
    [code, collector.outcome()],
    [0, { created: 1, success: 1, checkpoints: 1 }],
  );
  assertEquals(collector.requests.at(-1)!.headers.get("x-key"), "secret");
});

test("publishes and counts over RabbitMQ as one process, and SIGTERM ends it: totals exact", async (executable) => {
  await using place = await Place.make();
  const expected = `${place.folder}/expected`;
  const published = await executable.run([
    ...["publish", "--amqp-url", place.url, "--exchange", place.exchange],
    ...["--queue", place.queue, "--size", "5000", "--users", "50"],
    ...["--duplicates", "0.2", "--invalid", "0.02", "--expect", expected],
  ]);
  assertEquals([published.code, published.complaints], [0, []]);
  const { process, ended } = executable.start([
    ...place.countArguments(),
    ...["--idle", "0"],
  ]);
  await until("it has counted", async () => await place.ready() === 0);
  const { pid } = process;
  const children = `/proc/${pid}/task/${pid}/children`;
  assertEquals(await Deno.readTextFile(children), "");
  // No shell is left: what was started has become the runtime.
  const program = await Deno.readLink(`/proc/${pid}/exe`);
  const { kind, path, cache } = executable;
  assert(program.startsWith(kind === "denort" ? path : cache), program);
  process.kill("SIGTERM");
  const { code, stdout, complaints } = await ended;
  assertEquals([code, complaints], [0, []]);
  const { received, stopped } = JSON.parse(stdout);
  // What it had not taken yet comes again.
  const args = [...place.countArguments(), "--until-empty"];
  const rest = JSON.parse((await executable.run(args)).stdout);
  assertEquals([received + rest.received, stopped], [5_000, "signal"]);
  assertEquals(await jsonFiles(place.out), await jsonFiles(expected));
});

test("exit codes and errors are those of the program from source", async (executable) => {
  const out = ["--out", await openFolder()];
  const unreachable = ["--amqp-url", "amqp://127.0.0.1:1", ...out];
  for (
    const [args, code, message] of [
      [["--prefetch", "1"], 2, /--prefetch/],
      [["--input", "/nowhere", ...out], 2, /\/nowhere/],
      [[...unreachable, "--connect-timeout", "1ms"], 69, /127.0.0.1/],
      [["--input", "-", "--out", "/proc/none"], 73, /\/proc\/none/],
    ] as const
  ) {
    const ended = await executable.run(args, { stdin: "" });
    assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
    assertEquals(ended.complaints.length, 1, ended.stderr);
    assertMatch(ended.complaints[0]!, message);
  }
});

test("runs as another user, with a variable of its own and spaces in file names", async (executable) => {
  const folder = await openFolder();
  const { code, stderr } = await executable.run(["--input", "-"], {
    cwd: folder,
    stdin: LINE,
    env: {
      EVENTCOUNTER_CACHE: `${folder}/a cache`,
      EVENTCOUNTER_OUT: "the counts",
    },
    through: ["/usr/bin/" + AS_NOBODY[0], ...AS_NOBODY.slice(1)],
  });
  assertEquals(code, 0, stderr);
  const file = `${folder}/the counts/created.json`;
  assertEquals(await Deno.readTextFile(file), COUNTED);
  assertEquals((await Deno.stat(file)).uid, 65534);
});

test("runs on a read-only file system but for the output folder", async (executable) => {
  const out = await openFolder();
  // Unpacked before: the cache is read-only like all the rest.
  await executable.run(["--version"]);
  const script = 'mount --bind "$1" "$1" && mount --bind "$0" "$0" && ' +
    'mount -o remount,ro,bind "$1" && mount -o remount,ro,bind / && ' +
    'shift && exec "$@"';
  const { code, stderr } = await executable.run(
    ["--input", "-", "--out", out],
    {
      stdin: LINE,
      env: { EVENTCOUNTER_CACHE: executable.cache, PATH: "/usr/bin:/bin" },
      // Where mounts are not allowed: a user who can write to nothing else.
      through: await canMount()
        ? ["unshare", "--mount", "sh", "-c", script, out, FOLDER]
        : AS_NOBODY,
    },
  );
  assertEquals(code, 0, stderr);
  assertEquals(await Deno.readTextFile(`${out}/created.json`), COUNTED);
});

for (const kind of BUILDABLE) {
  Deno.test(`${kind} executable: cannot start programs, load native code, import from elsewhere or read other variables`, async () => {
    // Another program, built by the same functions with the same flags.
    const probe = await executable(kind, "tests/compiled/probe.ts");
    const { code, stdout, stderr } = await probe.run([], {
      env: {
        EVENTCOUNTER_CACHE: probe.cache,
        EVENTCOUNTER_OUT: "known",
        SECRET: "secret",
      },
    });
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.pop(), "read its own variable: known");
    assertEquals(lines.length, 10);
    assertEquals(lines.filter((line) => !line.endsWith(": refused")), []);
  });
}

Deno.test("the executable has the permissions of deno task run, and no others", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const sorted = (flags: readonly string[]) =>
    flags.map((flag) =>
      flag.replace(/(?<==).*/, (list) => list.split(",").sort().join(","))
    ).sort();
  assertEquals(
    sorted(tasks.run.command.match(/(?<=[ '])--(allow|deny)-[\w=,*-]+/g)),
    sorted(PERMISSIONS),
  );
});
