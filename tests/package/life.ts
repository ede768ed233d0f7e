/** The package from its installation to its purge, on a machine of its own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { provide } from "../support/provide.ts";
import { makeStream } from "../support/stream_of_events.ts";
import { until } from "../support/until.ts";
import { Machine } from "./machine.ts";
import { FOLDER, test } from "./packages.ts";
import { configure, runService, startService } from "./service.ts";

const COUNTS = "/var/lib/eventcounter";
const URL_FILE = "/etc/eventcounter/amqp-url";
const ENABLED = "/etc/systemd/system/timers.target.wants/eventcounter.timer";

test("installed, run, upgraded, removed, purged", async (built, context) => {
  for (
    const [program, name] of [
      ...[["fish"], ["zsh"], ["man", "man-db"]],
      ...[["systemd-analyze", "systemd"]],
    ] as const
  ) await provide(program!, name);
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
      await machine.do(["stat", "--format=%a %U:%G", COUNTS, URL_FILE]),
      "750 eventcounter:eventcounter\n640 root:eventcounter\n",
    );
    assert(!await exists(machine, ENABLED));
    await machine.do([
      ...["systemd-analyze", "--man=no", "verify"],
      ...["service", "timer"].map((kind) =>
        `/lib/systemd/system/eventcounter.${kind}`
      ),
    ]);
  });
  await step(
    "runs as any user, quietly, and leaves nothing in a home",
    async () => {
      const home = await Deno.makeTempDir({ dir: FOLDER });
      await Deno.chmod(home, 0o777);
      const { code, stdout, stderr } = await machine.run(
        ["/usr/bin/eventcounter", "-V"],
        { user: "nobody", env: { HOME: home, DENO_V8_FLAGS: "--help" } },
      );
      // An executable by denort cannot clear what its runtime heeds.
      if (built.kind !== "denort") {
        assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
      }
      assertEquals([...Deno.readDirSync(home)], []);
    },
  );
  await step(
    "man finds its manual page, and shells its completions",
    async () => {
      const page = await machine.do(["man", "eventcounter"], {
        env: { MANWIDTH: "80", LC_ALL: "C.UTF-8" },
      });
      assertMatch(page, /^EVENTCOUNTER\(1\) .*User Commands/);
      for (const [shell, flag, script, offered] of COMPLETIONS) {
        const env = { HOME: `${FOLDER}/home of ${shell}` };
        const said = await machine.do([shell, flag, script], { env });
        assertMatch(said, offered, shell);
      }
    },
  );
  const stream = streamOf(20_000);
  await step("the service counts all there is, as its user", async () => {
    await Deno.writeTextFile(machine.path(URL_FILE), `${place.url}\n`);
    await configure(
      machine,
      ...[`AMQP_EXCHANGE=${place.exchange}`, `AMQP_QUEUE=${place.queue}`],
      'EVENTCOUNTER_OPTIONS="--format json"',
    );
    await place.publish(stream.messages);
    const { process, ended } = await startService(machine);
    await until("it has counted", async () => await place.ready() === 0);
    // It is one process: a stop of the service reaches it.
    process.kill("SIGTERM");
    assertEquals([(await ended).code, (await ended).complaints], [0, []]);
    // What it had not taken yet, or not acked.
    assertEquals((await runService(machine)).code, 0);
    assertEquals(await jsonFiles(machine.path(COUNTS)), stream.files);
  });
  const keepsEverything = async () => {
    const again = await runService(machine);
    assertEquals([again.code, JSON.parse(again.stdout).unique], [0, 0]);
  };
  await step(
    "an upgrade keeps settings, broker, counts and timer",
    async () => {
      await machine.do(["systemctl", "enable", "eventcounter.timer"]);
      const kept = await state(machine);
      await install();
      assertEquals(await state(machine), kept);
      await keepsEverything();
    },
  );
  await step(
    "remove takes the program and keeps counts and settings",
    async () => {
      const kept = await state(machine);
      await machine.do(["dpkg", "--remove", "eventcounter"]);
      for (
        const path of [
          ...["/usr/bin/eventcounter", "/usr/lib/eventcounter"],
          ...["/usr/share/man/man1/eventcounter.1.gz"],
          ...["/lib/systemd/system/eventcounter.service"],
        ]
      ) assert(!await exists(machine, path), path);
      assertEquals(await state(machine), kept);
    },
  );
  await step("installed again, it goes on where it was", async () => {
    const kept = await state(machine);
    await install();
    assertEquals(await state(machine), kept);
    await keepsEverything();
  });
  await step(
    "purge leaves nothing but the user, enabled timer and all",
    async () => {
      const { stderr } = await machine.run(["dpkg", "--purge", "eventcounter"]);
      assert(!/eventcounter:|warning|error/i.test(stderr), stderr);
      const left = difference(before, await everything(machine));
      assertEquals(
        left.filter((line) => !/^more: eventcounter:/.test(line)),
        [],
      );
    },
  );
});

/** What a shell offers for the package's command, found by the shell itself. */
const COMPLETIONS = [
  [
    "bash",
    "-c",
    `. /usr/share/bash-completion/completions/eventcounter
COMP_WORDS=(eventcounter count --form) COMP_CWORD=2
_eventcounter
printf '%s\\n' "\${COMPREPLY[@]}"`,
    /^--format$/m,
  ],
  ["fish", "-c", 'complete -C "eventcounter count --form"', /^--format\b/],
  [
    "zsh",
    "-fc",
    "autoload -U compinit; compinit -u -D; echo $_comps[eventcounter]",
    /^_eventcounter$/m,
  ],
] as const;

function streamOf(size: number) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  return makeStream({ seed, size });
}

/** What an operator decided, and the counts. */
async function state(machine: Machine): Promise<unknown> {
  return {
    enabled: await exists(machine, ENABLED),
    counts: await jsonFiles(machine.path(COUNTS)),
    settings: await Promise.all(
      [URL_FILE, "/etc/eventcounter/eventcounter.conf"].map((path) =>
        Deno.readTextFile(machine.path(path))
      ),
    ),
  };
}

async function exists(machine: Machine, path: string): Promise<boolean> {
  const { code } = await machine.run([
    "sh",
    "-c",
    '[ -e "$0" ] || [ -L "$0" ]',
    path,
  ]);
  return code === 0;
}

/** Every path where packages put files, and the users. */
async function everything(machine: Machine): Promise<Set<string>> {
  const lists = await Promise.all([
    machine.do(["find", "/etc", "/opt", "/usr", "/var", "-xdev"]),
    machine.do(["getent", "passwd"]),
    machine.do(["getent", "group"]),
  ]);
  return new Set(lists.flatMap((text) => text.split("\n")));
}

/** What dpkg, systemd and man-db keep of their own, whatever is installed. */
const OWN_RECORDS =
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|^\/etc\/\.pwd\.lock$|^\/var\/(lib\/dpkg|log|cache\/man|cache\/ldconfig)(\/|$)|^\/var\/lib\/systemd\/deb-systemd-helper-\w+$|^\/usr\/share\/zsh\/vendor-completions$/;

function difference(before: Set<string>, after: Set<string>): string[] {
  return [
    ...[...after.difference(before)].map((path) => `more: ${path}`),
    ...[...before.difference(after)].map((path) => `less: ${path}`),
  ].filter((line) => !OWN_RECORDS.test(line.slice(6)));
}
