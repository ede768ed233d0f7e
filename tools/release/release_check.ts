import { join } from "node:path";
// @ts-types="@types/semver"
import { compare, type SemVer } from "semver";
import { type DatedChangelog, dateEntry } from "./changelog.ts";
import { ReleaseError } from "./release_error.ts";
import type { Repository } from "./repository.ts";
import { parseVersion } from "./version.ts";
import { withVersion } from "./version_field.ts";

/** What a release is made of, once nothing speaks against it. */
export interface ReleasePlan {
  readonly branch: string;
  /** The commit that the release's own follows. */
  readonly parent: string;
  /** `deno.json` with the version. */
  readonly configuration: string;
  readonly changelog: DatedChangelog;
  /** Whether there is a task `deb`. */
  readonly hasPackages: boolean;
  /** The folder for the files, relative to the project. */
  readonly dist: string;
}

/**
 * Checks, without changing anything, whether a version can be released.
 *
 * @param date The day of the release, such as `2026-11-24`.
 * @throws {ReleaseError} If not.
 */
export async function checkRelease(
  repository: Repository,
  version: string,
  date: string,
): Promise<ReleasePlan> {
  const { folder } = repository;
  await repository.checkPlace();
  const branch = await repository.branch();
  const changes = await repository.changes();
  if (changes.length > 0) {
    throw new ReleaseError(
      `Cannot release ${version}: the working tree is not clean (` +
        `${
          listed(changes.map((line) => line.slice(3)))
        }); commit the changes, ` +
        "stash them, or let .gitignore name what is no part of the project",
    );
  }
  await checkVersion(repository, version);
  const changelog = dateEntry(
    await read(folder, "CHANGELOG.md"),
    version,
    date,
  );
  const configuration = withVersion(await read(folder, "deno.json"), version);
  await repository.checkIdentity();
  const dist = `dist/${version}`;
  if (await exists(join(folder, dist))) {
    throw new ReleaseError(
      `Cannot release ${version}: ${dist} is there already; delete it`,
    );
  }
  return {
    branch,
    parent: await repository.head(),
    configuration,
    changelog,
    hasPackages: JSON.parse(configuration).tasks?.deb !== undefined,
    dist,
  };
}

async function checkVersion(
  repository: Repository,
  version: string,
): Promise<void> {
  if (await repository.hasTag(`v${version}`)) {
    throw new ReleaseError(
      `Cannot release ${version}: the tag v${version} is there already; ` +
        "choose a higher version",
    );
  }
  const last = lastOf(await repository.tags());
  const wanted = parseVersion(version);
  if (last === undefined || wanted === undefined) return;
  if (compare(wanted, last.version) > 0) return;
  throw new ReleaseError(
    `Cannot release ${version}: the last release is ${last.tag}; choose a ` +
      "higher version",
  );
}

/** The tag with the highest version; other tags are none of ours. */
function lastOf(
  tags: readonly string[],
): { tag: string; version: SemVer } | undefined {
  return tags
    .flatMap((tag) => {
      const version = tag.startsWith("v")
        ? parseVersion(tag.slice(1))
        : undefined;
      return version === undefined ? [] : [{ tag, version }];
    })
    .toSorted((one, other) => compare(one.version, other.version))
    .at(-1);
}

/** The first few of some names. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return names.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

async function read(folder: string, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(join(folder, name));
  } catch (error) {
    throw new ReleaseError(
      `Cannot read ${name} in "${folder}": ${
        error instanceof Error ? error.message : error
      }; run deno task release in a clone of the project`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return false;
    throw error;
  }
}
