/**
 * The files of a release: an executable for each target, and packages for
 * Debian where the project has a task that builds them.
 *
 * @module
 */
import { join } from "node:path";
import { SUMS_FILE } from "../compile/checksums.ts";
import { executableFor, type Target, TARGETS } from "../compile/targets.ts";
import { ReleaseError } from "./release_error.ts";

/** How artifacts are built. */
export interface ArtifactOptions {
  /** A clean working tree at the commit to build. */
  readonly folder: string;
  /** Whether there is a task `deb`. */
  readonly hasPackages: boolean;
  /** Whether to go on without the targets that cannot be built here. */
  readonly allowMissing: boolean;
  /** Runs a task of the folder. @returns Its exit code. */
  readonly run: (task: string, ...args: string[]) => Promise<number>;
}

/** What was built. */
export interface Artifacts {
  /** The paths of the files. */
  readonly files: readonly string[];
  /** The names of the targets that could not be built. */
  readonly missing: readonly string[];
}

/** Debian's names of the processors (`dpkg --print-architecture`). */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
};

/**
 * Builds all files of a release into `dist` of the folder.
 *
 * @throws {ReleaseError} If a target cannot be built, unless that is allowed;
 * if none can, or if a package cannot.
 */
export async function buildArtifacts(
  options: ArtifactOptions,
): Promise<Artifacts> {
  const dist = join(options.folder, "dist");
  const code = await options.run("compile", "--all");
  // A build that failed may have left a file; its sum it has not.
  const names = await namesWithSums(dist);
  const isBuilt = (target: Target) => names.includes(executableFor(target));
  const built = TARGETS.filter(isBuilt);
  const missing = TARGETS.filter((target) => !isBuilt(target))
    .map(({ name }) => name);
  if (built.length === 0 || (code !== 0 && missing.length === 0)) {
    throw new ReleaseError(
      `deno task compile --all ended with code ${code} and built ` +
        `${built.length} of ${TARGETS.length} targets; see what it says above`,
    );
  }
  if (missing.length > 0 && !options.allowMissing) {
    throw new ReleaseError(
      `these targets cannot be built here: ${missing.join(", ")}; release ` +
        "where they can (see what the build says above), or without them by " +
        "--allow-missing-targets",
    );
  }
  const packages = options.hasPackages
    ? await buildPackages(options, dist, built)
    : [];
  return {
    files: [...built.map(executableFor), ...packages]
      .map((name) => join(dist, name)),
    missing,
  };
}

async function buildPackages(
  { run }: ArtifactOptions,
  dist: string,
  built: readonly Target[],
): Promise<string[]> {
  const packages: string[] = [];
  for (const { name, os, arch } of built) {
    if (os !== "linux") continue;
    const code = await run("deb", "--target", name);
    const ending = `_${ARCHITECTURES[arch]}.deb`;
    const found = (await namesIn(dist)).filter((each) => each.endsWith(ending));
    if (code !== 0 || found.length !== 1) {
      throw new ReleaseError(
        `deno task deb --target ${name} ended with code ${code} and left ` +
          `${found.length} files *${ending} in dist, not one; see what it says ` +
          "above",
      );
    }
    packages.push(...found);
  }
  return packages;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

async function namesWithSums(folder: string): Promise<string[]> {
  try {
    const sums = await Deno.readTextFile(join(folder, SUMS_FILE));
    return sums.split("\n").map((line) => line.replace(/^\S+ {2}/, ""));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
