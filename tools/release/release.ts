/**
 * Makes a release: one commit, its builds, and one tag.
 *
 * All of it is made beside the project, in a working tree of its own in a
 * temporary folder. So what is tested and built is the release's commit and
 * nothing else, and the project gets it only at the end. Until then there is
 * nothing to take back; even if this process is killed, the project's branch,
 * tags and files are as they were, and `git worktree prune` forgets the rest.
 *
 * @module
 */
import { basename, join } from "node:path";
import { SUMS_FILE, writeSums } from "../compile/checksums.ts";
import { type Artifacts, buildArtifacts } from "./artifacts.ts";
import { checkRelease, listed, type ReleasePlan } from "./release_check.ts";
import { ReleaseError } from "./release_error.ts";
import { Repository } from "./repository.ts";
import { runVisibly } from "./visible_task.ts";

/** What to release. */
export interface ReleaseOptions {
  /** The project: the top folder of a git repository. */
  readonly folder: string;
  /** A version by Semantic Versioning, without a "v". */
  readonly version: string;
  /** The day, such as `2026-11-24`. */
  readonly date: string;
  /** Do all that can be done without a commit, and tell the rest. */
  readonly isDryRun: boolean;
  /** Whether to go on without the targets that cannot be built here. */
  readonly allowMissingTargets: boolean;
  /** Takes a line for a human. */
  readonly print: (line: string) => void;
  /** Ends it; the reason is thrown, after all is as before. */
  readonly signal: AbortSignal;
}

/** The files that a release changes. */
const FILES = ["deno.json", "CHANGELOG.md"] as const;

/**
 * Releases a version. Nothing is pushed.
 *
 * @throws {ReleaseError} If it cannot be released; then all is as before.
 */
export async function release(options: ReleaseOptions): Promise<void> {
  const { folder, version, print } = options;
  const project = new Repository(folder);
  const plan = await checkRelease(project, version, options.date);

  const temporary = await Deno.makeTempDir({ prefix: "eventcounter-release-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(temporary, { recursive: true }));
  const tree = await project.checkOut(plan.parent, join(temporary, "tree"));
  cleanup.defer(() => project.forget(tree));

  const run = async (task: string, ...args: string[]) => {
    options.signal.throwIfAborted();
    print(`Running ${["deno task", task, ...args].join(" ")}`);
    const { signal } = options;
    const code = await runVisibly({
      ...{ name: task, args, folder: tree.folder, signal },
    });
    signal.throwIfAborted();
    return code;
  };

  await Deno.writeTextFile(join(tree.folder, FILES[0]), plan.configuration);
  await Deno.writeTextFile(join(tree.folder, FILES[1]), plan.changelog.text);
  try {
    const code = await run("ok");
    if (code !== 0) {
      throw new ReleaseError(
        `deno task ok ended with code ${code}; make it green`,
      );
    }
    await checkUntouched(tree, FILES);
    if (options.isDryRun) return print(told(options, plan));

    const commit = await tree.commit(`Release ${version}`, FILES);
    const artifacts = await buildArtifacts({
      ...{ folder: tree.folder, hasPackages: plan.hasPackages, run },
      allowMissing: options.allowMissingTargets,
    });
    // Otherwise "-dirty" stands behind the commit that the executables tell.
    await checkUntouched(tree, []);
    await publish(project, { ...options, plan, commit, artifacts });
    print(await report(project, { ...options, plan, commit, artifacts }));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    throw new ReleaseError(
      `Cannot release ${version}: ${error.message}; nothing is changed, ` +
        "neither branch nor tags nor dist",
    );
  }
}

/** A release that is made and not yet in the project. */
interface MadeRelease extends ReleaseOptions {
  readonly plan: ReleasePlan;
  readonly commit: string;
  readonly artifacts: Artifacts;
}

/** @throws {ReleaseError} If other files than these differ from the commit. */
async function checkUntouched(
  tree: Repository,
  expected: readonly string[],
): Promise<void> {
  const changed = (await tree.changes()).map((line) => line.slice(3))
    .filter((name) => !expected.includes(name));
  if (changed.length === 0) return;
  throw new ReleaseError(
    `the tasks changed files of the project (${listed(changed)}); run them, ` +
      "commit what they change, and release then",
  );
}

/** Brings files, tag and commit into the project: all three or none. */
async function publish(
  project: Repository,
  { folder, version, plan, commit, artifacts }: MadeRelease,
): Promise<void> {
  await using undo = new AsyncDisposableStack();
  try {
    for (const path of [join(folder, "dist"), join(folder, plan.dist)]) {
      if (!await makeFolder(path)) continue;
      undo.defer(() => Deno.remove(path, { recursive: true }));
    }
    await copyFiles(artifacts.files, join(folder, plan.dist));
  } catch (error) {
    throw new ReleaseError(
      `the files cannot be written to ${plan.dist} (${
        error instanceof Error ? error.message : error
      })`,
    );
  }
  await project.tag(`v${version}`, commit, plan.changelog.entry);
  undo.defer(() => project.deleteTag(`v${version}`));
  await project.forward(plan.branch, plan.parent, commit);
  undo.move();
}

/** Copies files into a folder and writes their sums beside them. */
async function copyFiles(
  files: readonly string[],
  folder: string,
): Promise<void> {
  const copies: string[] = [];
  for (const file of files) {
    const copy = join(folder, basename(file));
    await Deno.copyFile(file, copy);
    copies.push(copy);
  }
  await writeSums(copies);
}

/** @returns Whether it was not there before. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** What a dry run says in the end. */
function told({ version }: ReleaseOptions, plan: ReleasePlan): string {
  return [
    `Would release ${version}:`,
    `  commit "Release ${version}" (${FILES.join(", ")}) on ${plan.branch}`,
    `  build every target${
      plan.hasPackages ? " and the packages for Debian" : ""
    } into ${plan.dist}; whether this network can was not tried`,
    `  tag v${version}, which says:`,
    ...plan.changelog.entry.split("\n").map((line) => `    ${line}`.trimEnd()),
  ].join("\n");
}

/** What a release says in the end. */
async function report(
  project: Repository,
  { version, plan, commit, artifacts: { files, missing } }: MadeRelease,
): Promise<string> {
  const remote = await project.remoteOf(plan.branch);
  return [
    `Released ${version}: commit ${commit.slice(0, 12)} on ${plan.branch}, ` +
    `tag v${version}`,
    `${plan.dist}:`,
    ...[...files.map((file) => basename(file)), SUMS_FILE].sort()
      .map((name) => `  ${name}`),
    ...missing.length === 0 ? [] : [
      `Missing, because they cannot be built here: ${missing.join(", ")}`,
    ],
    "Nothing is pushed yet. To do so:",
    `  git push --atomic ${remote} ${plan.branch} v${version}`,
  ].join("\n");
}
