/** `deno task compile`, and what the Containerfile does with it. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, type RunOptions } from "../../tools/tool.ts";
import { CONFIGURATION } from "../support/program.ts";
import { COMMIT, executable, openFolder, ROOT } from "./executables.ts";

/** Runs `tools/compile.ts`. */
async function compile(args: readonly string[], options?: RunOptions) {
  return await run(Deno.execPath(), [
    ...["run", "--quiet", "--no-lock", "--allow-all", "-c", CONFIGURATION],
    ...[`${ROOT}tools/compile.ts`, "--config", CONFIGURATION, ...args],
  ], options);
}

Deno.test("compile: wrong usage is one line and code 2", async () => {
  for (
    const [args, message] of [
      [["--target", "sparc"], /"sparc": --target must be one of x86_64-unkn/],
      [["--kind", "zip"], /--kind "zip": it must be denort or self-extr/],
      [["--all", "--target", "x"], /--all and --target x are both given/],
      [["--everything"], /Unknown option '--everything'/],
    ] as const
  ) {
    const { code, stdout, stderr } = await compile(args);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, /^Cannot [^\n]*\n$/);
    assertMatch(stderr, message);
  }
});

Deno.test("compile: what cannot be built is one line and code 1", async () => {
  const windows = ["--target", "x86_64-pc-windows-msvc"];
  for (
    const [args, DENORT_BIN, message] of [
      [["--kind", "denort"], Deno.execPath(), /is Deno and not the program/],
      [[], "/nowhere", /by DENORT_BIN \(\/nowhere\): /],
      [[...windows, "--kind", "self-extracting"], undefined, /a POSIX shell/],
    ] as const
  ) {
    const out = `${await openFolder()}/out`;
    const { code, stderr } = await compile([...args, "--out", out], {
      env: { DENORT_BIN },
    });
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /^Cannot build [^\n]*\n$/);
    assertMatch(stderr, message);
    assertEquals([...Deno.readDirSync(out.slice(0, -4))], []);
  }
});

Deno.test("compile: without a denort it says so and builds the other kind, the same bytes from any folder, with its sum", async () => {
  const folder = await openFolder();
  const [context, dist] = [`${folder}/context`, `${folder}/dist`];
  // What the image is built from is enough to build it.
  await copyContext(context);
  await Deno.mkdir(dist);
  await Deno.writeTextFile(`${dist}/SHA256SUMS`, `${"0".repeat(64)}  other\n`);
  const { code, stderr } = await run(Deno.execPath(), [
    ...["task", "compile", "--commit", COMMIT, "--out", `${dist}/program`],
  ], {
    cwd: context,
    // No download comes through here.
    env: { DENORT_BIN: undefined, HTTPS_PROXY: "http://127.0.0.1:1" },
  });
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /taking the runtime from npm instead/);
  const known = await executable("self-extracting");
  // Not assertEquals, which looks at each of 40 million bytes by itself.
  const same = Buffer.compare(
    await Deno.readFile(`${dist}/program`),
    await Deno.readFile(known.path),
  );
  assert(same === 0, "some byte differs");
  const sums = await Deno.readTextFile(`${dist}/SHA256SUMS`);
  assertMatch(sums, /^0{64} {2}other\n/, "sums of others stay");
  const checked = await run("sha256sum", [
    ...["--check", "--ignore-missing", "SHA256SUMS"],
  ], { cwd: dist });
  assertEquals(checked.stdout, "program: OK\n");
});

/** Copies what `.dockerignore` lets into the context of the Containerfile. */
async function copyContext(context: string): Promise<void> {
  await Deno.mkdir(context);
  const lines = (await Deno.readTextFile(`${ROOT}.dockerignore`)).split("\n");
  for (const line of lines.filter((line) => line.startsWith("!"))) {
    await run("cp", ["-r", `${ROOT}${line.slice(1)}`, context]);
  }
}
