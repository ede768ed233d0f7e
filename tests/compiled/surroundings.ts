/** Where and as whom the executable runs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import {
  AS_NOBODY,
  canMount,
  COMMIT,
  FOLDER,
  openFolder,
  test,
} from "./executables.ts";

const LONG_VERSION =
  `eventcounter ${VERSION}\ncommit ${COMMIT}\ndeno ${Deno.version.deno}\n`;

const LINE = '{"routingKey":"ann.event.created","body":{"id":"42"}}\n';
const COUNTED = '{\n  "ann": 1\n}\n';

test("--version tells version, commit and Deno's version; -V the version", async (executable) => {
  const long = await executable.run(["--version"]);
  assertEquals([long.code, long.stdout, long.stderr], [0, LONG_VERSION, ""]);
  assertEquals((await executable.run(["-V"])).stdout, `${VERSION}\n`);
});

test("runs without any variable, with PATH empty, and with a PATH of nowhere", async (executable) => {
  for (
    const env of [{}, { PATH: "" }, { PATH: "/nowhere", HOME: FOLDER }] as const
  ) {
    // As a user without a home folder: nothing outside of /var/tmp is touched.
    const ended = await executable.run(["--version"], {
      env,
      through: ["/usr/bin/" + AS_NOBODY[0], ...AS_NOBODY.slice(1)],
    });
    assertEquals(
      [ended.code, ended.stdout, ended.stderr],
      [0, LONG_VERSION, ""],
      JSON.stringify(env),
    );
  }
  await Deno.remove("/var/tmp/eventcounter-65534", { recursive: true })
    .catch((error) => assert(error instanceof Deno.errors.NotFound));
});

test("runs as another user, in another folder, with spaces in file names", async (executable) => {
  const folder = await openFolder();
  await Deno.writeTextFile(`${folder}/some events.ndjson`, LINE);
  await Deno.chmod(`${folder}/some events.ndjson`, 0o644);
  const { code, stderr } = await executable.run(
    ["--input", "some events.ndjson", "--out", "the counts"],
    {
      cwd: folder,
      env: { EVENTCOUNTER_CACHE: `${folder}/a cache` },
      through: AS_NOBODY,
    },
  );
  assertEquals(code, 0, stderr);
  assertEquals(
    await Deno.readTextFile(`${folder}/the counts/created.json`),
    COUNTED,
  );
  const { uid } = await Deno.stat(`${folder}/the counts/created.json`);
  assertEquals(uid, 65534);
});

test("runs on a read-only file system but for the output folder", async (executable) => {
  const out = await openFolder();
  // Unpacked before: the cache is read-only like all the rest.
  await executable.run(["--version"]);
  const script = 'mount --bind "$1" "$1" && mount --bind "$0" "$0" && ' +
    'mount -o remount,ro,bind "$1" && mount -o remount,ro,bind / && ' +
    'shift && exec "$@"';
  const { code, stdout, stderr } = await executable.run(
    ["--input", "-", "--format", "json", "--out", out],
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
  assertEquals(JSON.parse(stdout).unique, 1);
  assertEquals(await Deno.readTextFile(`${out}/created.json`), COUNTED);
});

test("wrong usage is one line and code 2, as from source", async (executable) => {
  const refused = await executable.run(["--idle", "nonsense"]);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertMatch(
    refused.stderr,
    /^eventcounter: Option "--idle" .*"nonsense".*\n$/,
  );
});

test("reads the variables that the options name, as from source", async (executable) => {
  const folder = await openFolder();
  const { code } = await executable.run(["--input", "-"], {
    stdin: LINE,
    env: {
      EVENTCOUNTER_CACHE: executable.cache,
      EVENTCOUNTER_OUT: `${folder}/by variable`,
    },
  });
  assertEquals(code, 0);
  assertEquals(
    await Deno.readTextFile(`${folder}/by variable/created.json`),
    COUNTED,
  );
});
