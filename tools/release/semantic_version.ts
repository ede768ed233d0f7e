/** A version by Semantic Versioning 2.0.0 (semver.org). */
export interface SemanticVersion {
  /** Major, minor and patch; of any size, which a `number` is not. */
  readonly core: readonly bigint[];
  /** What stands behind "-", split at its dots; empty for a release proper. */
  readonly prerelease: readonly string[];
}

const NUMBER = "(?:0|[1-9][0-9]*)";
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})` +
    `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?` +
    "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$",
);

/** Reads a version. @returns `undefined` if it is none. */
export function parseVersion(text: string): SemanticVersion | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return {
    core: [major, minor, patch].map((part) => BigInt(part!)),
    prerelease: prerelease?.split(".") ?? [],
  };
}

/**
 * The precedence of two versions (Semantic Versioning 2.0.0, 11). Build
 * metadata, behind "+", has none.
 *
 * @returns Below 0 if the first is lower, above 0 if it is higher, else 0.
 */
export function compareVersions(
  one: SemanticVersion,
  other: SemanticVersion,
): number {
  for (const [index, part] of one.core.entries()) {
    const order = compare(part, other.core[index]!);
    if (order !== 0) return order;
  }
  const [ones, others] = [one.prerelease, other.prerelease];
  // Without identifiers it is a release, above all of its prereleases.
  if (ones.length === 0 || others.length === 0) {
    return compare(others.length, ones.length);
  }
  for (const [index, identifier] of ones.entries()) {
    if (index === others.length) break;
    const order = compareIdentifiers(identifier, others[index]!);
    if (order !== 0) return order;
  }
  return compare(ones.length, others.length);
}

function compareIdentifiers(one: string, other: string): number {
  const [isNumber, isOtherNumber] = [one, other].map((identifier) =>
    /^[0-9]+$/.test(identifier)
  );
  if (isNumber && isOtherNumber) return compare(BigInt(one), BigInt(other));
  // A number is below whatever has letters.
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return compare(one, other);
}

function compare<T extends bigint | number | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
