// @ts-types="@types/semver"
import { parse, type SemVer } from "semver";

/**
 * Reads a version by Semantic Versioning 2.0.0 (semver.org).
 *
 * @returns `undefined` if it is none, or is more than that: with a "v" in front
 * or a space around it.
 */
export function parseVersion(text: string): SemVer | undefined {
  return /^\d\S*$/.test(text) ? parse(text) ?? undefined : undefined;
}
