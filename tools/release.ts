/**
 * Releases a version of the project in the working directory:
 * `deno task release VERSION`.
 *
 * 1. Nothing is uncommitted or untracked, the version is higher than the last
 *    one, and `CHANGELOG.md` has an entry `## VERSION – not released yet`.
 * 2. The version goes into `deno.json`, today's date (UTC) into the changelog.
 * 3. `deno task ok`.
 * 4. The commit `Release VERSION`.
 * 5. From it, every executable and the Debian packages, into `dist/VERSION`.
 * 6. The annotated tag `vVERSION`, with the changelog's entry as its message.
 *
 * Nothing is pushed: the last line is the command that does. If a step fails,
 * the last line tells how to go back.
 *
 * Options:
 *
 * - `--dry-run`: only the first step, and what the tag would say.
 * - `--allow-missing-targets`: release without the targets that cannot be built
 *   on this network, and say which. By default that is refused.
 *
 * Exit codes: 0 done, 1 not released, 2 wrong usage.
 *
 * @module
 */
// @ts-types="@types/semver"
import { gt, valid } from "semver";
import { executableFor, TARGETS } from "./compile/targets.ts";
import { lastLine, readCommandLine, run, runTool, ToolError } from "./tool.ts";

/** What the heading of an entry says until its version is released. */
const UNRELEASED = "not released yet";

/** The files that a release changes. */
const FILES = ["deno.json", "CHANGELOG.md"];

/** @returns 0 done. */
async function release(args: string[]): Promise<number> {
  const { values: options, positionals } = readCommandLine({
    args,
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      "allow-missing-targets": { type: "boolean", default: false },
    },
  });
  const version = versionIn(positionals);
  await checkPlace(version);
  const notes = await readNotes(version);
  if (options["dry-run"]) {
    console.log(`Would release ${version}; its tag would say:\n\n${notes}`);
    return 0;
  }
  const branch = await git("symbolic-ref", "--short", "HEAD");
  const before = await git("rev-parse", "HEAD");
  // Ctrl-C ends the task that runs; that it failed is then told as usual.
  Deno.addSignalListener("SIGINT", () => {});
  try {
    await setVersion(version);
    await task("ok");
    await git("commit", "--quiet", "-m", `Release ${version}`, "--", ...FILES);
    await checkClean("the tasks changed files of the project");
    const missing = await build(version, options["allow-missing-targets"]);
    // Otherwise git drops lines that begin with "#", which are headings here.
    await git(
      ...["tag", "--annotate", "--cleanup=whitespace"],
      ...["-m", notes, `v${version}`],
    );
    const remote = await git(
      ...["config", "--get", "--default=origin", `branch.${branch}.remote`],
    );
    console.log(
      `Released ${version} into dist/${version}` +
        (missing.length === 0 ? "" : `, without ${missing.join(", ")}`) +
        `. Nothing is pushed yet; to do so:\n` +
        `  git push --atomic ${remote} ${branch} v${version}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(
      `Cannot release ${version}: ${error.message}. To go back:\n` +
        `  git reset --hard ${before.slice(0, 12)} && rm -rf dist/${version}`,
    );
  }
}

function versionIn([version, ...more]: string[]): string {
  if (version === undefined || more.length > 0 || valid(version) !== version) {
    throw new ToolError(
      `Cannot release "${[version, ...more].join(" ")}": give one version by ` +
        "semver.org, as in deno task release 0.2.0",
      2,
    );
  }
  return version;
}

/** That a version can be released from what is here. */
async function checkPlace(version: string): Promise<void> {
  await checkClean("the working tree is not clean");
  // The tags of this history, and this one wherever it is.
  const tags = await git("tag", "--merged", "HEAD") +
    `\n${await git("tag", "--list", `v${version}`)}`;
  const higher = tags.split("\n").find((tag) =>
    valid(tag) !== null && !gt(version, tag)
  );
  if (higher !== undefined) {
    throw new ToolError(
      `Cannot release ${version}: there is ${higher} already; choose a ` +
        "higher version",
    );
  }
}

async function checkClean(what: string): Promise<void> {
  const changes = await git("status", "--porcelain");
  if (changes === "") return;
  const names = changes.split("\n").map((line) => line.slice(3)).join(", ");
  throw new ToolError(`${what} (${names}); commit the changes or stash them`);
}

/** What the changelog says of a version, under its heading. */
async function readNotes(version: string): Promise<string> {
  const heading = `## ${version} – ${UNRELEASED}\n`;
  const [, entry] = (await Deno.readTextFile("CHANGELOG.md")).split(heading);
  const notes = entry?.split(/^## /m)[0]?.trim();
  if (notes) return `${version}\n\n${notes}`;
  throw new ToolError(
    `Cannot release ${version}: CHANGELOG.md says nothing under ` +
      `"${heading.trim()}"; add what users notice`,
  );
}

async function setVersion(version: string): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  await replace("deno.json", /^( *"version": )"[^"]*"/m, `$1"${version}"`);
  await replace(
    "CHANGELOG.md",
    `## ${version} – ${UNRELEASED}`,
    `## ${version} – ${today}`,
  );
}

async function replace(
  file: string,
  before: string | RegExp,
  after: string,
): Promise<void> {
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(before, after));
}

/**
 * Builds every executable, and a package for each one of Linux.
 *
 * @returns The targets that could not be built.
 */
async function build(
  version: string,
  allowMissing: boolean,
): Promise<string[]> {
  const dist = `dist/${version}`;
  await Deno.remove(dist, { recursive: true }).catch(() => {/* Not there. */});
  await Deno.mkdir(dist, { recursive: true });
  const code = await runTask("compile", "--all", "--out", dist);
  const names = [...Deno.readDirSync(dist)].map(({ name }) => name);
  const built = TARGETS.filter((target) =>
    names.includes(executableFor(target))
  );
  if (code !== 0 && (built.length === 0 || !allowMissing)) {
    throw new ToolError(
      `deno task compile --all ended with code ${code}; build where every ` +
        "target can be, or release without those named above by " +
        "--allow-missing-targets",
    );
  }
  for (const { name } of built) {
    if (name.includes("linux")) {
      await task("deb", "--target", name, "--out", dist);
    }
  }
  return TARGETS.filter((target) => !built.includes(target))
    .map(({ name }) => name);
}

async function task(...args: string[]): Promise<void> {
  const code = await runTask(...args);
  if (code === 0) return;
  throw new ToolError(`deno task ${args.join(" ")} ended with code ${code}`);
}

/** Runs a task of the project, and shows what it says. @returns Its exit code. */
async function runTask(...args: string[]): Promise<number> {
  console.log(`Running deno task ${args.join(" ")}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    stdin: "null",
  }).spawn().status;
  return code;
}

/** Runs git. @returns What it prints. */
async function git(...args: string[]): Promise<string> {
  const ended = await run("git", args);
  if (ended.code === 0) return ended.stdout.trimEnd();
  throw new ToolError(`git ${args[0]} says "${lastLine(ended)}"`);
}

if (import.meta.main) await runTool(release);
