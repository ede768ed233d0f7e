/** The self-extracting executable: unpacking, and what can go wrong with it. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import {
  AS_NOBODY,
  canMount,
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

/** The folder with what was unpacked. */
async function unpackedIn(cache: string): Promise<string> {
  const names = [...Deno.readDirSync(cache)].map(({ name }) => name);
  assertEquals(names.length, 1, names.join());
  return await Deno.realPath(`${cache}/${names[0]}`);
}

/** A folder for a cache, closed to other users. */
async function cacheFolder(): Promise<string> {
  return await Deno.makeTempDir({ dir: FOLDER, prefix: "cache " });
}

async function runs(executable: Executable, cache: string): Promise<void> {
  const { code, stdout, stderr } = await start(executable, cache);
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
}

test("unpacks once, closed to other users, and leaves nothing else behind", async (executable) => {
  const cache = `${await openFolder()}/new`;
  await runs(executable, cache);
  const folder = await unpackedIn(cache);
  const first = await Deno.stat(`${folder}/runtime`);
  assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
  assertEquals(first.mode! & 0o777, 0o500);
  assertEquals(
    [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    ["deno", "program.js", "runtime", "stamp"],
  );
  await runs(executable, cache);
  assertEquals((await Deno.stat(`${folder}/runtime`)).ino, first.ino);
});

test("two first starts at once both run, and so does a third", async (executable) => {
  const cache = await cacheFolder();
  const both = await Promise.all([
    start(executable, cache),
    start(executable, cache),
  ]);
  for (const { code, stdout, stderr } of both) {
    assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
  }
  await runs(executable, cache);
  assertEquals(
    [...Deno.readDirSync(await unpackedIn(cache))].length,
    4,
    "neither left its temporary folder behind",
  );
});

/** What may happen to a cache. */
const DAMAGES: Readonly<
  Record<string, (folder: string) => void | Promise<void>>
> = {
  "the runtime is cut short": (folder) =>
    Deno.truncateSync(`${folder}/runtime`, 1_000_000),
  "a byte of the runtime is changed": (folder) =>
    changeByte(`${folder}/runtime`, 50_000_000),
  "the runtime is gone": (folder) => Deno.removeSync(`${folder}/runtime`),
  "the runtime is a folder": (folder) => {
    Deno.removeSync(`${folder}/runtime`);
    Deno.mkdirSync(`${folder}/runtime`);
  },
  "the runtime is a link": (folder) => {
    Deno.removeSync(`${folder}/runtime`);
    Deno.symlinkSync("/bin/true", `${folder}/runtime`);
  },
  "the runtime may not be run": (folder) =>
    Deno.chmodSync(`${folder}/runtime`, 0o400),
  "the runtime may be written by others": (folder) =>
    Deno.chmodSync(`${folder}/runtime`, 0o777),
  "the program is cut short": (folder) =>
    Deno.truncateSync(`${folder}/program.js`, 1_000),
  "a byte of the program is changed and its date set back": (folder) => {
    changeByte(`${folder}/program.js`, 1_000);
    const { mtime } = Deno.statSync(`${folder}/stamp`);
    Deno.utimeSync(`${folder}/program.js`, mtime!, mtime!);
  },
};

function changeByte(path: string, offset: number): void {
  // As whoever owns a file: its mode forbids writing to it.
  Deno.chmodSync(path, 0o700);
  using file = Deno.openSync(path, { read: true, write: true });
  const byte = new Uint8Array(1);
  file.seekSync(offset, Deno.SeekMode.Start);
  file.readSync(byte);
  byte[0]! ^= 0xff;
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(byte);
  Deno.chmodSync(path, 0o500);
}

test("a damaged cache is noticed and unpacked anew", async (executable) => {
  const cache = await cacheFolder();
  await runs(executable, cache);
  const folder = await unpackedIn(cache);
  const original = await Deno.readFile(`${folder}/runtime`);
  for (const [damage, inflict] of Object.entries(DAMAGES)) {
    await inflict(folder);
    await runs(executable, cache);
    const { size, isFile } = await Deno.lstat(`${folder}/runtime`);
    assertEquals([isFile, size], [true, original.length], damage);
  }
  const anew = await Deno.readFile(`${folder}/runtime`);
  // Not assertEquals, which looks at each of 95 million bytes by itself.
  assert(Buffer.compare(anew, original) === 0);
});

test("Deno's own cache beside it may be damaged too", async (executable) => {
  const cache = await cacheFolder();
  await runs(executable, cache);
  const folder = `${await unpackedIn(cache)}/deno`;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile) Deno.writeTextFileSync(`${folder}/${name}`, "damaged");
  }
  await runs(executable, cache);
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
    /make the folder ".*\/cache\/.*" .*EVENTCOUNTER_CACHE/,
  );
  refused(await start(executable, "/proc/cache"), 73, /"\/proc\/cache/);
});

test("a cache folder of another user, or open to others: 73", async (executable) => {
  const cache = await cacheFolder();
  await runs(executable, cache);
  const folder = await unpackedIn(cache);
  await Deno.chown(folder, 1, 1);
  refused(await start(executable, cache), 73, /belongs to another user/);
  await Deno.chown(folder, 0, 0);
  await Deno.chmod(folder, 0o777);
  refused(await start(executable, cache), 73, /others can write/);
});

test("a cache in a folder where others can exchange it: 73, unless it is sticky", async (executable) => {
  const cache = await cacheFolder();
  await runs(executable, cache);
  const openTo = async (owner: number, mode: number) => {
    await Deno.chown(cache, owner, owner);
    await Deno.chmod(cache, mode);
    return await start(executable, cache);
  };
  refused(await openTo(0, 0o777), 73, /"[^"]*cache [^"/]*".*others can write/);
  refused(await openTo(1, 0o755), 73, /belongs to another user/);
  refused(await openTo(1, 0o1777), 73, /belongs to another user/);
  assertEquals((await openTo(0, 0o1777)).code, 0);
});

test("what a killed start left behind goes when the next version unpacks, a day later", async (executable) => {
  const cache = await cacheFolder();
  const [old, young] = ["unpack.1", "unpack.2"].map((name) =>
    `${cache}/0.0.9-0123456789abcdef/${name}`
  );
  for (const folder of [old!, young!]) {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/runtime`, "half");
  }
  await Deno.writeTextFile(`${cache}/0.0.9-0123456789abcdef/runtime`, "whole");
  const dayBeforeYesterday = Date.now() / 1_000 - 2 * 86_400;
  await Deno.utime(old!, dayBeforeYesterday, dayBeforeYesterday);
  assertEquals((await start(executable, cache)).code, 0);
  assertEquals(
    [...Deno.readDirSync(`${cache}/0.0.9-0123456789abcdef`)]
      .map(({ name }) => name).sort(),
    ["runtime", "unpack.2"],
  );
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
      OTEL_EXPORTER_OTLP_PROTOCOL: "bogus",
      SSLKEYLOGFILE: `${folder}/keys`,
      // What looks like them in a value is none.
      LINES_OF_TEXT: "a\nexport DENO_a-b=1\n DENO_ =\n$(false)*",
    },
  });
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
  assertEquals([...Deno.readDirSync(folder)], []);
});

test("a folder that is gone: 73 in one line", async (executable) => {
  const gone =
    'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@" 2>&1 >/dev/null';
  for (const cache of [executable.cache, "relative"]) {
    const { code, stdout } = await executable.run(["-V"], {
      env: { EVENTCOUNTER_CACHE: cache, PATH: "/usr/bin:/bin" },
      through: ["sh", "-c", gone, `${await openFolder()}/gone`],
    });
    assertEquals(code, 73);
    // The shell itself may say so before.
    const ours = stdout.split("\n").filter((line) => /^event/.test(line));
    assertEquals(ours.length, 1, stdout);
    assertMatch(ours[0]!, /folder.* gone; change to another/);
  }
});

test("a cache that root unpacked serves other users who may read it", async (executable) => {
  const cache = await cacheFolder();
  await runs(executable, cache);
  await new Deno.Command("chmod", { args: ["-R", "go+rX", cache] }).output();
  const { code, stdout } = await start(executable, cache, AS_NOBODY);
  assertEquals([code, stdout], [0, `${VERSION}\n`]);
});

/** A small file system of this process's own, mounted with some options. */
function mounted(folder: string, options: string): string[] {
  const script = 'mount -t tmpfs -o "$1" none "$0" && shift && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, folder, options];
}

test("disk full: 74; no programs on the file system: 73", async (executable) => {
  const folder = await cacheFolder();
  if (!await canMount()) {
    // What needs a mount is tried by a limit on the size of files instead.
    const limited = ["sh", "-c", 'ulimit -f 20000; exec "$0" "$@"'];
    const { code } = await start(executable, folder, limited);
    assertEquals(code, 74);
    return;
  }
  refused(
    await start(executable, folder, mounted(folder, "size=30m")),
    74,
    /the disk is full; free 110 MB/,
  );
  refused(
    await start(executable, folder, mounted(folder, "noexec")),
    73,
    /does not allow programs \(noexec\)/,
  );
});

test("an executable that was not copied whole says so: 74", async (executable) => {
  const folder = await openFolder();
  const whole = await Deno.readFile(executable.path);
  const path = `${folder}/copy`;
  const copy = Object.assign(Object.create(executable), { path });
  await Deno.writeFile(path, whole.subarray(0, 30_000_000), { mode: 0o755 });
  refused(await start(copy, `${folder}/a`), 74, /unexpected end.*copy/);
  // Behind the header comes the program.
  whole[20_000]! ^= 0xff;
  await Deno.writeFile(path, whole);
  refused(await start(copy, `${folder}/b`), 74, /damaged.*copy it again/);
  assertEquals(
    [...Deno.readDirSync(await unpackedIn(`${folder}/b`))],
    [],
    "nothing damaged is left",
  );
});

test("a runtime that does not run here is told from a fault of the program, each time", async (executable) => {
  const folder = await cacheFolder();
  // With so little address space no runtime starts.
  const limited = ["sh", "-c", 'ulimit -v 60000; exec "$0" "$@"'];
  for (const _ of ["first", "again"]) {
    refused(
      await start(executable, folder, limited),
      1,
      /start the runtime .* on this system: .*[a-z].*Linux with glibc/,
    );
  }
});

test("runs through a link, a relative path and the PATH", async (executable) => {
  const folder = await openFolder();
  await Deno.symlink(executable.path, `${folder}/linked`);
  for (
    const command of ["./linked", `PATH=${folder}:/usr/bin linked`]
  ) {
    const { code, stdout } = await executable.run([], {
      cwd: folder,
      through: ["/bin/sh", "-c", `${command} -V`],
    });
    assertEquals([code, stdout], [0, `${VERSION}\n`], command);
  }
  assert(executable.path.includes(" "));
});
