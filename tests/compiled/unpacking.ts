/** The self-extracting executable: unpacking, and what can go wrong with it. */
import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import { until } from "../support/until.ts";
import {
  AS_NOBODY,
  canMount,
  copyToRun,
  type Executable,
  FOLDER,
  openFolder,
  test as testEach,
} from "./executables.ts";

const test = (name: string, run: (executable: Executable) => Promise<void>) =>
  testEach(name, run, ["self-extracting"]);

/** Runs `-V` with a cache folder. */
function start(
  executable: Executable,
  cache: string,
  through: readonly string[] = [],
) {
  const env = { EVENTCOUNTER_CACHE: cache, PATH: "/usr/bin:/bin:/usr/sbin" };
  return executable.run(["-V"], { env, through });
}

async function runs(executable: Executable, cache: string): Promise<void> {
  const { code, stdout, stderr } = await start(executable, cache);
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
}

/** A folder for a cache, closed to other users. */
async function cacheFolder(): Promise<string> {
  return await Deno.makeTempDir({ dir: FOLDER, prefix: "cache " });
}

/** What is in a folder, but for parts of the program, which may be many. */
function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => !/^part\d+\.js$/.test(name)).sort();
}

/** The folder with what was unpacked. */
function unpackedIn(cache: string): string {
  const names = namesIn(cache);
  assertEquals(names.length, 1, names.join());
  return `${cache}/${names[0]}`;
}

test("unpacks once, closed to other users, and leaves nothing else behind", async (executable) => {
  const cache = `${await openFolder()}/new`;
  await runs(executable, cache);
  const folder = unpackedIn(cache);
  const first = await Deno.stat(`${folder}/runtime`);
  assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
  assertEquals(first.mode! & 0o777, 0o500);
  assertEquals(namesIn(folder), ["deno", "main.js", "runtime"]);
  await runs(executable, cache);
  assertEquals((await Deno.stat(`${folder}/runtime`)).ino, first.ino);

  // What root unpacked serves others whom root lets read it.
  await new Deno.Command("chmod", { args: ["-R", "go+rX", cache] }).output();
  const { code, stdout } = await start(executable, cache, AS_NOBODY);
  assertEquals([code, stdout], [0, `${VERSION}\n`]);
});

test("two first starts at once both run", async (executable) => {
  const cache = await cacheFolder();
  await Promise.all([runs(executable, cache), runs(executable, cache)]);
  assertEquals(namesIn(unpackedIn(cache)), ["deno", "main.js", "runtime"]);
});

test("a first start that is killed leaves nothing that is taken for whole", async (executable) => {
  const cache = await cacheFolder();
  const { process, ended } = executable.start(["-V"], {
    env: { EVENTCOUNTER_CACHE: cache },
  });
  await until(
    "it unpacks",
    () => namesIn(cache).length > 0 && namesIn(unpackedIn(cache)).length > 0,
  );
  process.kill("SIGKILL");
  await ended;
  await runs(executable, cache);
});

test("the cache is where the user's variables say, else in /var/tmp, closed", async (executable) => {
  const folder = await openFolder();
  const fallback = "/var/tmp/eventcounter-65534";
  for (
    const [env, cache] of [
      [{ XDG_CACHE_HOME: `${folder}/xdg` }, `${folder}/xdg/eventcounter`],
      [{ HOME: folder }, `${folder}/.cache/eventcounter`],
      [{ HOME: "/nonexistent", PATH: "" }, fallback],
    ] as const
  ) {
    const { code, stdout, stderr } = await executable.run(["-V"], {
      env,
      through: ["/usr/bin/" + AS_NOBODY[0], ...AS_NOBODY.slice(1)],
    });
    assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
    assertEquals((await Deno.stat(unpackedIn(cache))).mode! & 0o777, 0o700);
  }
  await Deno.remove(fallback, { recursive: true });
});

test("runs through a link and the PATH", async (executable) => {
  const folder = await openFolder();
  await Deno.symlink(executable.path, `${folder}/linked`);
  for (const command of ["./linked", `PATH=${folder}:/usr/bin linked`]) {
    const { code, stdout } = await executable.run(["-c", `${command} -V`], {
      cwd: folder,
      through: ["/bin/sh", "-c", 'exec sh "$@"'],
    });
    assertEquals([code, stdout], [0, `${VERSION}\n`], command);
  }
});

test("variables of the runtime have no effect", async (executable) => {
  const folder = await openFolder();
  const { code, stdout, stderr } = await executable.run(["-V"], {
    env: {
      EVENTCOUNTER_CACHE: executable.cache,
      // Each would show: by what is printed, by a file, by the exit code.
      DENO_V8_FLAGS: "--help",
      DENO_LOG: "debug",
      DENO_AUDIT_PERMISSIONS: `${folder}/audit`,
      DENO_UNSTABLE_CONTROL_SOCK: `unix:${folder}/socket`,
      DENO_TOKIO_EVENT_INTERVAL: "x",
      NODE_CHANNEL_FD: "3",
      NODE_DEBUG: "net",
      OTEL_DENO: "true",
      OTEL_DENO_METRICS: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "bogus",
      SSLKEYLOGFILE: `${folder}/keys`,
      // What looks like them in a value is none.
      LINES_OF_TEXT: "a\nexport DENO_a-b=1\n DENO_ =\n$(false)*",
    },
  });
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
  assertEquals(namesIn(folder), []);
});

/** That it ended with one line of its own. */
function refused(
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
  expected: number,
  message: RegExp,
): void {
  assertEquals([code, stdout], [expected, ""], stderr);
  assertMatch(stderr, /^eventcounter: Cannot [^\n]*\n$/);
  assertMatch(stderr, message);
}

test("a cache folder that cannot be written: 73", async (executable) => {
  const folder = await openFolder();
  await Deno.chmod(folder, 0o555);
  refused(
    await start(executable, `${folder}/cache`, AS_NOBODY),
    73,
    /\/cache\/.*cannot be written; set EVENTCOUNTER_CACHE/,
  );
});

test("a cache folder of another user, or open to others before it is used: 73", async (executable) => {
  const cache = await cacheFolder();
  const openTo = async (owner: number, mode: number) => {
    await Deno.chown(cache, owner, owner);
    await Deno.chmod(cache, mode);
    return await start(executable, cache);
  };
  refused(await openTo(0, 0o777), 73, /"[^"]*cache [^"/]*".*others can write/);
  refused(await openTo(1, 0o755), 73, /belongs to another user/);
  assertEquals((await openTo(0, 0o1777)).code, 0, "sticky as /tmp");
  refused(await openTo(1, 0o755), 73, /belongs to another user/);
  await openTo(0, 0o755);
  await Deno.chown(unpackedIn(cache), 1, 1);
  refused(await start(executable, cache), 73, /belongs to another user/);
});

test("disk full: 74; no programs on the file system: 73", async (executable) => {
  const folder = await cacheFolder();
  if (!await canMount()) {
    // What needs a mount is tried by a limit on the size of files instead.
    const limited = ["sh", "-c", 'ulimit -f 20000; exec "$0" "$@"'];
    assertEquals((await start(executable, folder, limited)).code, 74);
    return;
  }
  const mounted = (options: string) => [
    ...["unshare", "--mount", "sh", "-c"],
    'mount -t tmpfs -o "$1" none "$0" && shift && exec "$@"',
    ...[folder, options],
  ];
  refused(
    await start(executable, folder, mounted("size=30m")),
    74,
    /the disk is full; free 110 MB/,
  );
  refused(
    await start(executable, folder, mounted("noexec")),
    73,
    /not allowed there \(noexec\)/,
  );
});

test("an executable that was not copied whole, or was changed, says so: 74", async (executable) => {
  const folder = await openFolder();
  const whole = await Deno.readFile(executable.path);
  const path = `${folder}/copy`;
  const copy = Object.assign(Object.create(executable), { path });
  const become = async (bytes: Uint8Array) => {
    await Deno.writeFile(`${folder}/draft`, bytes, { mode: 0o755 });
    await copyToRun(`${folder}/draft`, path);
  };
  await become(whole.subarray(0, 30_000_000));
  refused(await start(copy, `${folder}/a`), 74, /damaged.*copy it again/);
  // Behind the script comes the program.
  whole[20_000]! ^= 0xff;
  await become(whole);
  refused(await start(copy, `${folder}/b`), 74, /damaged.*copy it again/);
  assertEquals(namesIn(unpackedIn(`${folder}/b`)), []);
});

test("a runtime that does not run here is told from a fault of the program, each time", async (executable) => {
  const folder = await cacheFolder();
  // With so little address space no runtime starts.
  const limited = ["sh", "-c", 'ulimit -v 60000; exec "$0" "$@"'];
  for (const _ of ["first", "again"]) {
    refused(
      await start(executable, folder, limited),
      1,
      /does not run on this system; use an executable built for it/,
    );
  }
});
