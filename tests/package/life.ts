/** The package from its installation to its purge, on a machine of its own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import { jsonFiles, Place, rejectedLines } from "../support/broker_place.ts";
import { provide } from "../support/provide.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";
import { Machine } from "./machine.ts";
import { FOLDER, type Package, test } from "./packages.ts";
import { configure, runService, startService } from "./service.ts";

const COUNTS = "/var/lib/eventcounter";
const URL_FILE = "/etc/eventcounter/amqp-url";
const CACHE = "/var/cache/eventcounter";
const PROGRAM = [
  "/usr/bin/eventcounter",
  "/usr/lib/eventcounter",
  "/usr/share/man/man1/eventcounter.1.gz",
  "/usr/lib/systemd/system/eventcounter.service",
];

test("installed, run, upgraded, removed, purged", async (built, context) => {
  await provide("fish");
  await provide("zsh");
  await provide("man", "man-db");
  await provide("systemd-analyze", "systemd");
  await provide("adduser");
  await using machine = await Machine.open(FOLDER);
  await using place = await Place.make();
  const before = await everything(machine);
  const step = async (name: string, run: () => Promise<void>) => {
    assert(await context.step(name, run), "what follows needs it");
  };
  const install = () => machine.do(["dpkg", "--install", built.path]);

  await step("installs, makes a user, and starts nothing", async () => {
    await install();
    assertMatch(await machine.do(["id", "eventcounter"]), /gid=\d+\(eventc/);
    assertEquals(
      await modeOf(machine, COUNTS),
      "750 eventcounter:eventcounter",
    );
    assertEquals(await modeOf(machine, URL_FILE), "640 root:eventcounter");
    assert(!await exists(machine, `${WANTS}/eventcounter.timer`));
    await machine.do(["systemd-analyze", "--man=no", "verify", ...UNITS]);
  });
  await step(
    "runs as any user, quietly, and leaves nothing in a home",
    () => runsAsNobody(machine, built),
  );
  await step("its manual page is found", async () => {
    const page = await machine.do(["man", "eventcounter"], {
      env: { MANWIDTH: "80", LC_ALL: "C.UTF-8" },
    });
    assertMatch(page, /^EVENTCOUNTER\(1\) .*User Commands/);
  });
  await step(
    "shells find its completions by themselves",
    () => completes(machine),
  );
  const stream = streamOf(20_000);
  await step(
    "the service counts, is killed, and counts on: exact",
    async () => {
      await countThroughAKill(machine, place, stream);
    },
  );
  const counted = await jsonFiles(machine.path(COUNTS));
  await step(
    "an upgrade keeps settings, broker, counts and timer",
    async () => {
      await machine.do(["systemctl", "enable", "eventcounter.timer"]);
      const kept = await settings(machine);
      await install();
      assertEquals(await settings(machine), kept);
      const again = await runService(machine);
      assertEquals([again.code, JSON.parse(again.stdout).unique], [0, 0]);
      assertEquals(await jsonFiles(machine.path(COUNTS)), counted);
    },
  );
  await step(
    "remove takes the program and keeps counts and settings",
    async () => {
      const kept = await settings(machine);
      await machine.do(["dpkg", "--remove", "eventcounter"]);
      for (const path of [...PROGRAM, CACHE]) {
        assert(!await exists(machine, path), path);
      }
      assertEquals(await settings(machine), kept);
      assertEquals(await jsonFiles(machine.path(COUNTS)), counted);
    },
  );
  await step("installed again, it goes on where it was", async () => {
    const kept = await settings(machine);
    await install();
    assertEquals(await settings(machine), kept);
    assertEquals(JSON.parse((await runService(machine)).stdout).unique, 0);
    assertEquals(await jsonFiles(machine.path(COUNTS)), counted);
  });
  await step("purge leaves nothing, enabled timer and all", async () => {
    const { stderr } = await machine.run(["dpkg", "--purge", "eventcounter"]);
    assert(!/eventcounter:|warning|error/i.test(stderr), stderr);
    assertEquals(difference(before, await everything(machine)), []);
    const { code } = await machine.run(["id", "eventcounter"]);
    assertEquals(code, 1, "the user is gone");
  });
});

const WANTS = "/etc/systemd/system/timers.target.wants";
const UNITS = ["service", "timer"].map((kind) =>
  `/usr/lib/systemd/system/eventcounter.${kind}`
);

function streamOf(size: number) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  return makeStream({ seed, size, users: 50, duplicates: 0.2, invalid: 0.02 });
}

async function runsAsNobody(machine: Machine, { kind }: Package) {
  const home = await Deno.makeTempDir({ dir: FOLDER });
  await Deno.chmod(home, 0o777);
  const run = async (...command: string[]) => {
    const { code, stdout, stderr } = await machine.run(
      [...command, "-V"],
      { user: "nobody", env: { HOME: home } },
    );
    assertEquals([code, stdout], [0, `${VERSION}\n`], stderr);
    return stderr;
  };
  assertEquals(await run("/usr/bin/eventcounter"), "");
  if (kind === "self-extracting") {
    // Deno tells, if asked, whether it found compiled code. From outside nobody
    // can ask: the launcher clears the variable.
    const asking = "s/^exec /export DENO_LOG=debug; exec /";
    const told = await run(
      ...["sh", "-c", `eval "$(sed '${asking}' "$0")"`],
      "/usr/bin/eventcounter",
    );
    assertMatch(told, /V8 code cache hit/);
    assert(!/Updating V8 code cache/.test(told), "nothing is left to compile");
    await machine.do(["mv", CACHE, `${CACHE}.away`]);
    assertEquals(await run("/usr/bin/eventcounter"), "");
    assert(!await exists(machine, CACHE), "nobody cannot make it");
    await machine.do(["mv", `${CACHE}.away`, CACHE]);
  }
  assertEquals([...Deno.readDirSync(home)], []);
}

async function completes(machine: Machine) {
  const bash = await machine.do(["bash", "-c", BASH]);
  assertEquals(bash, "--format\n");
  const fish = await machine.do(
    ["fish", "-c", 'complete -C "eventcounter count --form"'],
    { env: { HOME: `${FOLDER}/home of fish` } },
  );
  assertMatch(fish, /^--format\b/);
  const zsh =
    "autoload -U compinit; compinit -u -D; echo $_comps[eventcounter]";
  assertEquals(await machine.do(["zsh", "-f", "-c", zsh]), "_eventcounter\n");
}

/** bash-completion looks in this folder for what completes a command. */
const BASH = `. /usr/share/bash-completion/completions/eventcounter
COMP_WORDS=(eventcounter count --form) COMP_CWORD=2
_eventcounter
printf '%s\\n' "\${COMPREPLY[@]}"`;

async function countThroughAKill(
  machine: Machine,
  place: Place,
  stream: ReturnType<typeof streamOf>,
) {
  await Deno.writeTextFile(machine.path(URL_FILE), `${place.url}\n`);
  await configure(
    machine,
    ...[`AMQP_EXCHANGE=${place.exchange}`, `AMQP_QUEUE=${place.queue}`],
    'EVENTCOUNTER_OPTIONS="--until-empty --format json --prefetch 200 --checkpoint-size 100"',
  );
  await place.publish(stream.messages);
  const first = await startService(machine);
  const wal = machine.path(`${COUNTS}/eventcounter.db-wal`);
  await until(
    "checkpoints are written",
    () => Deno.stat(wal).then(({ size }) => size > 200_000, () => false),
  );
  const { pid } = first.process;
  assertEquals(
    await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`),
    "",
    "it is one process",
  );
  assertMatch(
    await Deno.readLink(`/proc/${pid}/exe`),
    /\/(usr\/lib\/eventcounter\/runtime|usr\/bin\/eventcounter)$/,
  );
  first.process.kill("SIGKILL");
  assertEquals((await first.ended).code, 137);

  const second = await runService(machine);
  assertEquals([second.code, second.complaints], [0, []]);
  assert(JSON.parse(second.stdout).unique > 0, "killed before its end");
  const out = machine.path(COUNTS);
  assertEquals(
    [...await jsonFiles(out)].sort(),
    [...stream.files].sort(),
  );
  assertEquals(await rejectedLines(out), stream.rejected);
  assertEquals(await place.ready(), 0);
}

/** What the operator decided: the text of the settings, and the timer. */
async function settings(machine: Machine): Promise<(string | boolean)[]> {
  return await Promise.all([
    exists(machine, `${WANTS}/eventcounter.timer`),
    ...[URL_FILE, "/etc/eventcounter/eventcounter.conf"].map((path) =>
      Deno.readTextFile(machine.path(path))
    ),
  ]);
}

async function exists(machine: Machine, path: string): Promise<boolean> {
  return (await machine.run(["test", "-e", path])).code === 0 ||
    (await machine.run(["test", "-L", path])).code === 0;
}

async function modeOf(machine: Machine, path: string): Promise<string> {
  return (await machine.do(["stat", "--format=%a %U:%G", path])).trim();
}

/** Every path where packages put files, and the users. */
async function everything(machine: Machine): Promise<Set<string>> {
  const files = await machine.do(
    ["find", "/etc", "/opt", "/usr", "/var", "-xdev"],
  );
  const users = await machine.do(["getent", "passwd"]);
  const groups = await machine.do(["getent", "group"]);
  return new Set([files, users, groups].flatMap((text) => text.split("\n")));
}

/** What dpkg, adduser and man-db keep of their own, whatever is installed. */
const OWN_RECORDS =
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|^\/etc\/\.pwd\.lock$|^\/var\/(lib\/dpkg|log|cache\/man|cache\/ldconfig)(\/|$)|^\/var\/lib\/systemd\/deb-systemd-helper-\w+$|^\/usr\/share\/zsh\/vendor-completions$/;

function difference(before: Set<string>, after: Set<string>): string[] {
  return [
    ...[...after.difference(before)].map((path) => `more: ${path}`),
    ...[...before.difference(after)].map((path) => `less: ${path}`),
  ].filter((line) => !OWN_RECORDS.test(line.slice(6)));
}
