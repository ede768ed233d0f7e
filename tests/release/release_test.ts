/** Releases of a small project, end to end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { executableFor, TARGETS } from "../../tools/compile/targets.ts";
import { compileScript, NOTES, Project } from "./project.ts";

const EXECUTABLES = TARGETS.map(executableFor);
const PACKAGES = [
  "eventcounter_0.2.0_amd64.deb",
  "eventcounter_0.2.0_arm64.deb",
];

const today = () => new Date().toISOString().slice(0, 10);

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** Has `sha256sum` check the sums. @returns The names in it, sorted. */
async function checkedSums(folder: string): Promise<string[]> {
  const { code, stdout } = await new Deno.Command("sha256sum", {
    args: ["--check", "--strict", "SHA256SUMS"],
    cwd: folder,
  }).output();
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  return lines.map((line) => line.replace(/: OK$/, "")).sort();
}

Deno.test("a release is one commit, one tag, and the files built from it", async () => {
  await using project = await Project.make();
  const { folder } = project;
  // Of an earlier build, with the names of a later release.
  await project.write("dist/eventcounter_0.2.0_amd64.deb", "stale");
  await project.write(`dist/${EXECUTABLES[0]}`, "stale");
  const parent = await project.git("rev-parse", "HEAD");
  const remote = await project.git("ls-remote", "origin");
  const days = [today()];
  const { code, stdout, stderr } = await project.release("0.2.0");
  days.push(today());
  assertEquals([code, stderr], [0, ""], stdout);

  // The commit.
  const commit = await project.git("rev-parse", "main");
  assertEquals(await project.git("rev-parse", "HEAD^"), parent);
  assertEquals(
    await project.git("log", "-1", "--format=%s|%an|%cn"),
    "Release 0.2.0|Ann|Bob",
  );
  assertEquals(await project.git("status", "--porcelain"), "");
  const changes = await project.git(
    ...["diff", "--unified=0", "--no-prefix", "HEAD^", "HEAD"],
  );
  const lines = changes.split("\n").filter((line) => /^[+-]/.test(line));
  const [day] = days.filter((day) => changes.includes(day));
  assertEquals(lines, [
    "--- CHANGELOG.md",
    "+++ CHANGELOG.md",
    "-## 0.2.0 – not released yet",
    `+## 0.2.0 – ${day}`,
    "--- deno.json",
    "+++ deno.json",
    '-  "version" : "0.1.0",',
    '+  "version" : "0.2.0",',
  ]);

  // The tag.
  assertEquals(await project.git("cat-file", "-t", "v0.2.0"), "tag");
  assertEquals(await project.git("rev-parse", "v0.2.0^{commit}"), commit);
  assertEquals(
    await project.git("tag", "-l", "--format=%(contents)", "v0.2.0"),
    `0.2.0 – ${day}\n\n${NOTES}`,
  );

  // The files, each of which tells the commit it was built from.
  const dist = `${folder}/dist/0.2.0`;
  const files = [...EXECUTABLES, ...PACKAGES].sort();
  assertEquals(namesIn(dist), ["SHA256SUMS", ...files]);
  assertEquals(await checkedSums(dist), files);
  for (const name of files) {
    assertEquals(await Deno.readTextFile(`${dist}/${name}`), `${commit}\n`);
  }

  // What it says, and what it leaves alone.
  assertMatch(stdout, /^ok ran$/m);
  assertMatch(stdout, /^compile says a word$/m);
  assertMatch(stdout, /^and another$/m);
  for (const name of files) assert(stdout.includes(`\n  ${name}\n`), name);
  assertMatch(stdout, /^ {2}git push --atomic origin main v0\.2\.0$/m);
  assert(!stdout.includes("Missing"), stdout);
  assertEquals(await project.git("ls-remote", "origin"), remote);
  assertEquals(namesIn(`${project.place}/tmp`), []);
  assertEquals((await project.git("worktree", "list")).split("\n").length, 1);
});

Deno.test("deno task ok sees what is going to be released", async () => {
  await using project = await Project.make({
    "ok.sh": 'grep "version" deno.json; grep "^## 0.2.0" CHANGELOG.md\n',
  });
  const { code, stdout } = await project.release("0.2.0");
  assertEquals(code, 0);
  assertMatch(stdout, /^ {2}"version" : "0\.2\.0",$/m);
  assertMatch(stdout, /^## 0\.2\.0 – \d{4}-\d\d-\d\d$/m);
});

Deno.test("a project without a task deb is released without packages", async () => {
  await using project = await Project.make();
  const text = await Deno.readTextFile(`${project.folder}/deno.json`);
  await project.commit("No packages", {
    "deno.json": text.replace(/,\n.*"deb".*/, ""),
    "deb.sh": undefined,
  });
  const { code, stderr } = await project.release("0.2.0");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    await checkedSums(`${project.folder}/dist/0.2.0`),
    EXECUTABLES.toSorted(),
  );
});

Deno.test("--allow-missing-targets releases what can be built, and says what is missing", async () => {
  await using project = await Project.make({
    "compile.sh": compileScript("*windows*|*aarch64-unknown-linux*"),
  });
  const { code, stdout, stderr } = await project.release(
    "0.2.0",
    "--allow-missing-targets",
  );
  assertEquals([code, stderr], [0, ""]);
  const files = [...EXECUTABLES, ...PACKAGES]
    .filter((name) => !/windows|aarch64-unknown|arm64/.test(name)).sort();
  assertEquals(files.length, 4);
  const dist = `${project.folder}/dist/0.2.0`;
  assertEquals(namesIn(dist), ["SHA256SUMS", ...files]);
  assertEquals(await checkedSums(dist), files);
  assertMatch(
    stdout,
    /^Missing.*: aarch64-unknown-linux-gnu, x86_64-pc-windows-msvc$/m,
  );
});

Deno.test("--dry-run makes the checks, deno task ok among them, and changes nothing", async () => {
  await using project = await Project.make();
  const before = await project.state();
  const { code, stdout, stderr } = await project.release("0.2.0", "--dry-run");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(await project.state(), before);
  assertMatch(stdout, /^ok ran$/m);
  assert(!stdout.includes("compile says"), "nothing is built");
  assertMatch(stdout, /^Would release 0\.2\.0:$/m);
  assertMatch(stdout, /^ {4}- An option, and a line$/m);

  await project.commit("Red", { "ok.sh": "exit 3\n" });
  await project.refuses(["0.2.0", "--dry-run"], /deno task ok ended .* 3/);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends a release, and everything is as it was`, async () => {
    await using project = await Project.make({
      "compile.sh": 'mkdir dist; echo "pid $$"; exec sleep 600\n',
    });
    const before = await project.state();
    const process = project.start("0.2.0");
    const errors = new Response(process.stderr).text();
    let said = "";
    for await (
      const text of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const isBuilding = said.includes("pid ");
      said += text;
      if (!isBuilding && said.includes("pid ")) process.kill(signal);
    }
    assertEquals((await process.status).code, code);
    assertMatch(
      await errors,
      new RegExp(`^Cannot release 0\\.2\\.0: it was ended by ${signal}; .*\n$`),
    );
    assertEquals(await project.state(), before);
    const pid = /pid (\d+)/.exec(said)?.[1];
    assert(pid !== undefined);
    assertEquals(await isRunning(pid), false);
  });
}

async function isRunning(pid: string): Promise<boolean> {
  const { success } = await new Deno.Command("kill", {
    args: ["-0", pid],
    stderr: "null",
  }).output();
  return success;
}
