/**
 * What a release refuses: each time in one line, with branch, tags, files and
 * everything else as before.
 */
import { assert, assertEquals } from "@std/assert";
import { compileScript, Project } from "./project.ts";

const CHANGELOG = (state: string, body = "- Something.") =>
  `# Changelog\n\n## ${state}\n\n${body}\n\n## 0.1.0 – 2026-01-31\n\n- One.\n`;

/** What is committed, and what the tool then says. */
const COMMITTED: Readonly<
  Record<string, [Record<string, string>, RegExp]>
> = {
  "a changelog without an entry": [
    { "CHANGELOG.md": CHANGELOG("0.3.0 – not released yet") },
    /CHANGELOG\.md has no entry for it; add "## 0\.2\.0 – not released yet"/,
  ],
  "an entry that says nothing": [
    { "CHANGELOG.md": CHANGELOG("0.2.0 – not released yet", "### Added\n") },
    /CHANGELOG\.md says nothing under "## 0\.2\.0 – not released yet"/,
  ],
  "an entry with a date": [
    { "CHANGELOG.md": CHANGELOG("0.2.0 – 2026-02-01") },
    /CHANGELOG\.md says "## 0\.2\.0 – 2026-02-01"; .* must say/,
  ],
  "a deno.json without a version": [
    { "deno.json": '{ "tasks": { "ok": "true" }, "a": { "version": "1" } }' },
    /Cannot set the version in deno\.json/,
  ],
  "tests that are red": [
    { "ok.sh": "echo red; echo why >&2; exit 3\n" },
    /deno task ok ended with code 3; make it green; nothing is changed/,
  ],
  "a build that fails": [
    { "compile.sh": "exit 1\n" },
    /deno task compile --all ended with code 1 and built 0 of 5 targets/,
  ],
  "a build that fails although every target is there": [
    { "compile.sh": `(${compileScript()})\nexit 4\n` },
    /deno task compile --all ended with code 4 and built 5 of 5 targets/,
  ],
  "a build that changes a file": [
    { "compile.sh": `echo >>new.txt\n${compileScript()}` },
    /the tasks changed files of the project \(new\.txt\)/,
  ],
  "a package that cannot be built": [
    { "deb.sh": "exit 5\n" },
    /deno task deb --target x86_64-unknown-linux-gnu ended with code 5/,
  ],
  "a package that is not there": [
    { "deb.sh": "true\n" },
    /deb .* ended with code 0 and left 0 files \*_amd64\.deb in dist/,
  ],
};

for (const [what, [files, message]] of Object.entries(COMMITTED)) {
  Deno.test(`a release refuses ${what}`, async () => {
    await using project = await Project.make(files);
    await project.refuses(["0.2.0"], message);
  });
}

Deno.test("a release refuses tests that change a file, before anything is built", async () => {
  await using project = await Project.make({
    "ok.sh": "echo >>new.txt; echo >other.txt\n",
  });
  for (const options of [[], ["--dry-run"]]) {
    const { stdout } = await project.refuses(
      ["0.2.0", ...options],
      /the tasks changed files of the project \(new\.txt, other\.txt\)/,
    );
    assert(!stdout.includes("compile says"), stdout);
  }
});

Deno.test("a release refuses to go without a target, and names it", async () => {
  await using project = await Project.make({
    "compile.sh": compileScript("*windows*|*x86_64-apple*"),
  });
  await project.refuses(
    ["0.2.0"],
    /built here: x86_64-apple-darwin, x86_64-pc-windows-msvc; .*--allow-missing-targets/,
  );
});

Deno.test("a release refuses --allow-missing-targets where nothing can be built", async () => {
  await using project = await Project.make({
    "compile.sh": compileScript("*"),
  });
  await project.refuses(["0.2.0", "--allow-missing-targets"], /built 0 of 5/);
});

Deno.test("a release refuses a working tree with changed, staged or untracked files", async () => {
  await using project = await Project.make();
  const changes: [string, () => Promise<unknown>][] = [
    ["new.txt", () => project.write("new.txt", "changed\n")],
    ["new.txt", () => project.git("add", "new.txt")],
    ["untracked.txt", async () => {
      await project.git("reset", "--quiet", "--hard");
      await project.write("untracked.txt", "");
    }],
  ];
  for (const [name, change] of changes) {
    await change();
    const { stdout } = await project.refuses(
      ["0.2.0"],
      new RegExp(`working tree is not clean \\(${name}\\); commit`),
    );
    assertEquals(stdout, "");
  }
});

Deno.test("a release refuses a tag that is there, on whatever commit", async () => {
  await using project = await Project.make();
  await project.git("checkout", "--quiet", "-b", "other", "v0.1.0");
  await project.commit("Elsewhere", { "other.txt": "" });
  await project.git("tag", "v0.2.0");
  await project.git("checkout", "--quiet", "main");
  await project.refuses(["0.2.0"], /the tag v0\.2\.0 is there already/);
});

Deno.test("a release refuses a version that is not above the last of its history", async () => {
  await using project = await Project.make({
    "CHANGELOG.md": CHANGELOG("0.9.0 – not released yet"),
  });
  for (const tag of ["v0.10.0", "v0.9.1", "nightly", "v1", "x20.0.0"]) {
    await project.git("tag", tag);
  }
  await project.refuses(["0.9.0"], /the last release is v0\.10\.0; choose/);
  await project.refuses(["0.10.0-rc.1"], /the last release is v0\.10\.0/);
  await project.refuses(["0.10.0+more"], /the last release is v0\.10\.0/);
});

Deno.test("a release refuses a folder of an earlier build", async () => {
  await using project = await Project.make();
  await project.write("dist/0.2.0/stale", "stale");
  const { stdout } = await project.refuses(
    ["0.2.0"],
    /dist\/0\.2\.0 is there already; delete it/,
  );
  assertEquals(stdout, "");
});

Deno.test("a release whose files have no place is taken back", async () => {
  await using project = await Project.make({ ".gitignore": "dist\n" });
  await project.write("dist", "a file where the folder should be");
  await project.refuses(
    ["0.2.0"],
    /the files cannot be written to dist\/0\.2\.0 \(.*\); nothing is changed/,
  );
});

Deno.test("a release refuses a detached HEAD, and a folder that is no repository", async () => {
  await using project = await Project.make();
  await project.git("checkout", "--quiet", "--detach");
  await project.refuses(["0.2.0"], /detached HEAD: check out the branch/);
  await project.git("checkout", "--quiet", "main");
  await Deno.rename(`${project.folder}/.git`, `${project.folder}/git`);
  const { code, stderr } = await project.release("0.2.0");
  assertEquals(code, 1);
  assert(/^Cannot release from ".*": it is not [^\n]*\n$/.test(stderr), stderr);
});

Deno.test("a release refuses before the tests run where git does not know who commits", async () => {
  await using project = await Project.make();
  await project.git("config", "user.useConfigOnly", "true");
  for (const name of Object.keys(project.env)) {
    if (/^(GIT_(AUTHOR|COMMITTER)_|EMAIL$)/.test(name)) {
      delete project.env[name];
    }
  }
  const { stdout } = await project.refuses(
    ["0.2.0"],
    /user\.name and user\.em/,
  );
  assertEquals(stdout, "");
});

Deno.test("a release whose tag git refuses is taken back", async () => {
  await using project = await Project.make();
  await project.guard(" refs/tags/v0.2.0$");
  const { stdout } = await project.refuses(
    ["0.2.0"],
    /Cannot make the tag v0\.2\.0: .*; nothing is changed/,
  );
  assert(stdout.includes("compile says a word"), stdout);
});

Deno.test("a release whose commit the branch cannot take is taken back, tag and all", async () => {
  await using project = await Project.make();
  await project.guard(" refs/heads/main$");
  await project.refuses(["0.2.0"], /Cannot move main to the release: /);
});

Deno.test("a commit that is made while a release is built stays, and the release is taken back", async () => {
  const meanwhile = 'git -C "$PROJECT" commit --quiet --allow-empty -m More\n';
  await using project = await Project.make({
    "compile.sh": meanwhile + compileScript(),
  });
  project.env.PROJECT = project.folder;
  const { code, stderr } = await project.release("0.2.0");
  assertEquals(code, 1);
  assert(/^Cannot .* move main to the release: [^\n]*\n$/.test(stderr), stderr);
  assertEquals(await project.git("log", "-1", "--format=%s"), "More");
  assertEquals(await project.git("tag"), "v0.1.0");
  assertEquals(
    await project.git("status", "--porcelain", "--ignored"),
    "",
    "the files are those of that commit, and dist is gone",
  );
});

Deno.test("a command line that is wrong is one line and code 2", async () => {
  await using project = await Project.make();
  for (
    const [args, message] of [
      [[], /0 versions are given; give one, as in deno task release/],
      [["0.2.0", "0.3.0"], /2 versions are given/],
      [["v0.2.0"], /"v0\.2\.0": it is no version by semver\.org/],
      [["0.2"], /"0\.2": it is no version/],
      [["0.2.0", "--force"], /Cannot read the command line: .*--force/],
    ] as const
  ) {
    await project.refuses(args, message, 2);
  }
});
