/**
 * The Containerfile, as far as it can be tried without a container engine: its
 * build step in a folder with nothing but the build's context, and what it
 * builds in a root folder with nothing but what the final image has.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VARIABLES } from "../../src/cli/variables.ts";
import { finish } from "../support/program.ts";
import { runCommand } from "../../tools/compile/run_command.ts";
import {
  BUILDABLE,
  canMount,
  FOLDER,
  openFolder,
  ROOT,
} from "./executables.ts";

/** An instruction with what stands behind it. */
type Instruction = readonly [name: string, rest: string];

const instructions: readonly Instruction[] = Deno
  .readTextFileSync(`${ROOT}Containerfile`)
  .replaceAll(/^\s*#.*\n/gm, "")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => {
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    assert(name !== undefined && rest !== undefined, line);
    return [name, rest] as const;
  });

const lastFrom = instructions.findLastIndex(([name]) => name === "FROM");
const build = instructions.slice(0, lastFrom);
const image = instructions.slice(lastFrom);

/** What stands behind the only instruction of a name in the final image. */
function only(wanted: string): string {
  const found = image.filter(([name]) => name === wanted);
  assertEquals(found.length, 1, wanted);
  return found[0]![1];
}

/** The user of the final image. */
const USER = only("USER");

/** Debian's packages with libraries in `gcr.io/distroless/cc-debian12`. */
const LIBRARIES = ["libc6", "libgcc-s1", "libstdc++6", "libgomp1", "libssl3"];

Deno.test("Containerfile: the image has no shell, another user than root, and the executable as its entry point", () => {
  assertMatch(only("FROM"), /^gcr\.io\/distroless\/cc-debian12:nonroot$/);
  assertMatch(USER, /^[1-9]\d*:[1-9]\d*$/);
  // A name has no meaning without the list of users; exec form, no shell.
  const entry: string[] = JSON.parse(only("ENTRYPOINT"));
  const copied = image.filter(([name]) => name === "COPY")
    .map(([_, rest]) => rest.split(" ").at(-1));
  assertEquals(entry, ["/usr/bin/eventcounter"]);
  assertEquals(copied, [entry[0], only("WORKDIR")]);
  const [variable, value] = only("ENV").split("=");
  assert(VARIABLES.includes(variable!), variable);
  assertEquals(value, only("WORKDIR"));
});

Deno.test("Containerfile: what it builds runs with nothing but what the image has, and writes to its folder alone", async () => {
  const built = await buildInContext();
  const root = await Deno.makeTempDir({ dir: FOLDER, prefix: "image " });
  await Deno.chmod(root, 0o755);
  await fillWithLibraries(root);
  await Deno.mkdir(`${root}/usr/bin`);
  const command = await install(built, root);
  // Open to everybody, so that only the mount keeps it from writing there.
  await Deno.mkdir(`${root}/tmp`);
  await Deno.chmod(`${root}/tmp`, 0o1777);
  const out = `${root}${only("WORKDIR")}`;
  await Deno.mkdir(out);
  const [uid, gid] = USER.split(":").map(Number);
  await Deno.chown(out, uid!, gid!);

  const count = async (...args: string[]) => {
    const process = new Deno.Command(
      ...await inside(root, [...command, "--input", "-", ...args]),
    ).spawn();
    return await finish(
      process,
      '{"routingKey":"ann.event.created","body":{"id":"42"}}\n',
    );
  };
  const counted = await count("--format", "json");
  assertEquals(counted.code, 0, counted.stderr);
  assertEquals(JSON.parse(counted.stdout).unique, 1);
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "ann": 1\n}\n',
  );
  assertEquals((await Deno.stat(`${out}/created.json`)).uid, uid);

  const refused = await count("--out", "/tmp/elsewhere");
  assertEquals(refused.code, 73, refused.stderr);
  assertMatch(refused.stderr, /"\/tmp\/elsewhere".*Read-only file system/);
});

/**
 * Runs the build step in a copy of what `.dockerignore` lets into the context.
 *
 * @returns The executable. Where no denort is given, a self-extracting one.
 */
async function buildInContext(): Promise<string> {
  const context = await openFolder();
  const allowed = Deno.readTextFileSync(`${ROOT}.dockerignore`).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  assertEquals(allowed.shift(), "*");
  for (const line of allowed) {
    assertEquals(line[0], "!", line);
    await run("cp", "-r", `${ROOT}${line.slice(1)}`, context);
  }
  const [step] = build.filter(([name]) => name === "RUN");
  const [, kind] = / --kind (\w+) /.exec(step![1]) ?? [];
  assertEquals(kind, "denort");
  const isBuildable = BUILDABLE.includes("denort");
  const { code, stderr } = await runCommand("sh", [
    "-c",
    isBuildable ? step![1] : step![1].replace(kind!, "self-extracting"),
  ], { cwd: context, env: { COMMIT: "0123456789ab" } });
  assertEquals(code, 0, stderr);
  const from = /--from=build \/build\/(\S+) /.exec(
    image.find(([name]) => name === "COPY")![1],
  );
  const built = `${context}/${from?.[1]}`;
  const { stdout } = await runCommand(built, ["--version"], {
    env: { EVENTCOUNTER_CACHE: `${context}/cache` },
  });
  assertMatch(stdout, /^commit 0123456789ab$/m);
  return built;
}

/** The C library and what else the image has, and nothing more. */
async function fillWithLibraries(root: string): Promise<void> {
  for (const [link, to] of [["lib", "usr/lib"], ["lib64", "usr/lib"]]) {
    await Deno.mkdir(`${root}/${to}`, { recursive: true });
    await Deno.symlink(to!, `${root}/${link}`);
  }
  for (const library of LIBRARIES) {
    const listed = await runCommand("dpkg", ["-L", library]);
    for (const path of listed.stdout.split("\n")) {
      if (!/\/(ld-linux|lib)[^/]*\.so[.\d]*$/.test(path)) continue;
      const folder = `${root}${path.slice(0, path.lastIndexOf("/"))}`;
      await Deno.mkdir(folder, { recursive: true });
      await run("cp", "-a", path, folder);
    }
  }
}

/**
 * Puts the executable where the image has it.
 *
 * @returns How it is started: a self-extracting one needs a shell to become
 * what it unpacks, so that is started as its header would.
 */
async function install(built: string, root: string): Promise<string[]> {
  if (BUILDABLE.includes("denort")) {
    await Deno.copyFile(built, `${root}/usr/bin/eventcounter`);
    return JSON.parse(only("ENTRYPOINT"));
  }
  const cache = `${built.slice(0, built.lastIndexOf("/"))}/../cache`;
  const [unpacked] = [...Deno.readDirSync(cache)];
  for (const file of ["runtime", "program.js"]) {
    await Deno.copyFile(
      `${cache}/${unpacked!.name}/${file}`,
      `${root}/usr/bin/${file}`,
    );
    await Deno.chmod(`${root}/usr/bin/${file}`, 0o755);
  }
  const header = (await Deno.readTextFile(built)).slice(0, 16_384);
  const flags = /runtime" run (.*) "\$folder\/program\.js"/.exec(header)![1]!;
  return [
    "/usr/bin/runtime",
    "run",
    ...flags.split(" ").map((flag) => flag.replaceAll("'", "")),
    "/usr/bin/program.js",
  ];
}

/** A command in a root folder of its own, as the image's user. */
async function inside(
  root: string,
  command: readonly string[],
): Promise<[string, Deno.CommandOptions]> {
  const environment = image.filter(([name]) => name === "ENV")
    .map(([_, assignment]) => assignment);
  const volume = only("WORKDIR");
  // As an engine does with --read-only: only the volume can be written to.
  const script = 'mkdir -p "$0/proc" "$0/dev" && mount --bind "$0" "$0" && ' +
    'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && ' +
    `mount --bind "$0${volume}" "$0${volume}" && ` +
    'mount -o remount,ro,bind "$0" && ' +
    'exec chroot "$@"';
  assert(await canMount(), "Cannot try the image: mounts are not allowed here");
  return ["unshare", {
    args: [
      ...["--mount", "sh", "-c", script, root],
      ...[`--userspec=${USER}`, root, ...command],
    ],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      ...Object.fromEntries(environment.map((each) => each.split("="))),
      // Deno asks for one, and goes without where it cannot be made.
      ...(BUILDABLE.includes("denort") ? {} : { DENO_DIR: "/deno" }),
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }];
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args);
  assertEquals(code, 0, stderr);
}
