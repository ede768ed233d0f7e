/** Releases of a small project in a git repository of its own. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { executableFor, TARGETS } from "../../tools/compile/targets.ts";
import { run } from "../../tools/tool.ts";
import { CONFIGURATION } from "../support/program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const NOTES = `### Added

- An option, and a line
  that goes on.`;

/** Writes for each target what it is built from. */
const compileScript = (failing = "none") =>
  `[ "$1 $2" = "--all --out" ] || exit 9
for name in ${TARGETS.map(executableFor).join(" ")}; do
  case $name in ${failing}) failed=1 ;; *) git rev-parse HEAD >"$3/$name" ;; esac
done
exit $failed
`;

/** The project's files by their names. */
const FILES = {
  "deno.json": `{
  "version": "0.1.0",
  "tasks": {
    "ok": "sh ok.sh",
    "compile": "sh compile.sh",
    "deb": "sh deb.sh"
  },
  "inner": { "version": "7.7.7" }
}
`,
  "CHANGELOG.md": `# Changelog

## 0.2.0 – not released yet

${NOTES}

## 0.1.0 – 2026-01-31

- The first.
`,
  "ok.sh": "grep -h 0.2.0 deno.json CHANGELOG.md\n",
  "compile.sh": compileScript(),
  "deb.sh": '[ "$1 $3" = "--target --out" ] && touch "$4/$2.deb"\n',
  ".gitignore": "/dist/\n",
};

/** A project with one release, 0.1.0, and one commit behind it. */
class Project implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(files: Record<string, string> = {}): Promise<Project> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
    const project = new Project(folder);
    await project.git("init", "--quiet", "-b", "main");
    await project.git("config", "user.name", "Ann");
    await project.git("config", "user.email", "ann@example.org");
    for (const [name, text] of Object.entries({ ...FILES, ...files })) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await project.git("add", "--all");
    await project.git("commit", "--quiet", "-m", "The first");
    await project.git("tag", "-a", "-m", "The first", "v0.1.0");
    await project.git("commit", "--quiet", "--allow-empty", "-m", "The second");
    return project;
  }

  async git(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run("git", args, {
      cwd: this.folder,
      env: NO_OTHER_GIT,
    });
    assertEquals(code, 0, stderr);
    return stdout.trimEnd();
  }

  /** Runs the tool as the task `release` does, with its permissions only. */
  async release(...args: string[]) {
    const [, command] = configuration.tasks.release.command.split(" && ");
    const words = command!.split(" ").slice(1, -1)
      .map((word) => word === "$CONFIG" ? CONFIGURATION : word);
    return await run(
      Deno.execPath(),
      [...words, `${ROOT}tools/release.ts`, ...args],
      { cwd: this.folder, env: NO_OTHER_GIT },
    );
  }

  /** What a release changes. */
  async state(): Promise<unknown> {
    return {
      head: await this.git("rev-parse", "HEAD"),
      tags: await this.git("tag"),
      files: await this.git("status", "--porcelain", "--ignored"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A git of the tests must not look where a git that runs them does. */
const NO_OTHER_GIT = Object.fromEntries(
  Object.keys(Deno.env.toObject()).filter((name) => name.startsWith("GIT_"))
    .map((name) => [name, undefined]),
);

Deno.test("a release is one commit, one tag, and the files built from it; a dry run is none", async () => {
  await using project = await Project.make();
  const parent = await project.git("rev-parse", "HEAD");
  const before = await project.state();
  const dry = await project.release("0.2.0", "--dry-run");
  assertEquals([dry.code, dry.stdout.includes(NOTES)], [0, true], dry.stdout);
  assertEquals(await project.state(), before);
  const { code, stdout, stderr } = await project.release("0.2.0");
  assertEquals([code, stderr], [0, ""]);

  const commit = await project.git("rev-parse", "main");
  assertEquals(await project.git("rev-parse", "HEAD^"), parent);
  assertEquals(await project.git("status", "--porcelain"), "");
  const diff = await project.git("show", "--unified=0", "--format=%s");
  assertEquals(
    diff.split("\n").filter((line) => /^(\w+ 0|[+-][^+-])/.test(line))
      .map((line) => line.replace(/\d{4}-\d\d-\d\d$/, "DATE")),
    [
      "Release 0.2.0",
      "-## 0.2.0 – not released yet",
      "+## 0.2.0 – DATE",
      '-  "version": "0.1.0",',
      '+  "version": "0.2.0",',
    ],
  );
  const format = "--format=%(objecttype) %(contents)";
  assertEquals(
    await project.git("tag", "-l", format, "v0.2.0"),
    `tag 0.2.0\n\n${NOTES}`,
  );
  assertEquals(await project.git("rev-parse", "v0.2.0^{commit}"), commit);

  const dist = `${project.folder}/dist/0.2.0`;
  assertEquals(
    [...Deno.readDirSync(dist)].map(({ name }) => name).sort(),
    [
      ...TARGETS.map(executableFor),
      "aarch64-unknown-linux-gnu.deb",
      "x86_64-unknown-linux-gnu.deb",
    ].sort(),
  );
  for (const target of TARGETS) {
    const built = await Deno.readTextFile(`${dist}/${executableFor(target)}`);
    assertEquals(built, `${commit}\n`);
  }
  assertMatch(stdout, /"version": "0\.2\.0"/, "ok sees what is released");
  assertMatch(stdout, /\n {2}git push --atomic origin main v0\.2\.0\n$/);
});

Deno.test("--allow-missing-targets releases what can be built, and says what is missing", async () => {
  await using project = await Project.make({
    "compile.sh": compileScript("*windows*|*aarch64-unknown-linux*"),
  });
  const refused = await project.release("0.2.0");
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /ended with code 1; .*--allow-missing-targets/);
  await goBack(project, refused.stderr);
  const allowed = ["0.2.0", "--allow-missing-targets"];
  const { code, stdout } = await project.release(...allowed);
  assertEquals(code, 0);
  assertMatch(stdout, /without aarch64-unknown-linux-gnu, x86_64-pc-windows-m/);
  const names = [...Deno.readDirSync(`${project.folder}/dist/0.2.0`)];
  assertEquals(names.length, 4);
});

/** Does what the last line of a failed release says. */
async function goBack(project: Project, stderr: string): Promise<void> {
  const command = stderr.trimEnd().split("\n").at(-1)!;
  const { code } = await run("sh", ["-c", command], { cwd: project.folder });
  assertEquals(code, 0);
}

Deno.test("a release that fails says how to go back, and that does it", async () => {
  for (
    const [files, message] of [
      [{ "ok.sh": "exit 3\n" }, /deno task ok ended with code 3/],
      [{ "ok.sh": "echo >>deb.sh\n" }, /tasks changed files .*\(deb\.sh\)/],
      [{ "compile.sh": "exit 4\n" }, /deno task compile .* with code 4/],
      [{ "deb.sh": "exit 5\n" }, /deno task deb .* with code 5/],
    ] as const
  ) {
    await using project = await Project.make(files);
    const before = await project.state();
    const { code, stderr } = await project.release("0.2.0");
    assertEquals(code, 1);
    assertMatch(stderr, /^Cannot release 0\.2\.0: [^\n]* To go back:\n/);
    assertMatch(stderr, message);
    await goBack(project, stderr);
    await Deno.remove(`${project.folder}/dist`).catch(() => {});
    assertEquals(await project.state(), before);
  }
});

Deno.test("a release refuses what cannot be one before anything is changed, in one line", async () => {
  await using project = await Project.make();
  const refuses = async (args: string[], message: RegExp, expected = 1) => {
    const before = await project.state();
    const { code, stdout, stderr } = await project.release(...args);
    assertEquals([code, stdout], [expected, ""], stderr);
    assertMatch(stderr, /^[^\n]*\n$/);
    assertMatch(stderr, message);
    assertEquals(await project.state(), before);
  };
  await refuses([], /give one version/, 2);
  await refuses(["v0.2.0"], /"v0\.2\.0": give one version by semver/, 2);
  await refuses(["0.2.0", "--force"], /Unknown option '--force'/, 2);
  await refuses(["0.3.0"], /says nothing under "## 0\.3\.0 – not released/);
  await refuses(["0.1.0"], /there is v0\.1\.0 already/);
  await refuses(["0.1.0-rc.1"], /there is v0\.1\.0 already/);
  await project.git("tag", "v0.10.0");
  await refuses(["0.2.0"], /there is v0\.10\.0 already; choose a higher/);
  await project.git("tag", "--delete", "v0.10.0");
  await Deno.writeTextFile(`${project.folder}/untracked`, "");
  await refuses(["0.2.0"], /not clean \(untracked\)/);
  await Deno.remove(`${project.folder}/untracked`);
  await project.git("checkout", "--quiet", "--detach");
  await refuses(["0.2.0"], /symbolic/);
});
