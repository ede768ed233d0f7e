/**
 * The changelog: its entries begin with `## VERSION – STATE`, where the state
 * is a date or "not released yet".
 *
 * @module
 */
import { ReleaseError } from "./release_error.ts";

/** The state of an entry whose version is still to be released. */
export const UNRELEASED = "not released yet";

/** A changelog in which one version has become a release. */
export interface DatedChangelog {
  /** The whole text. */
  readonly text: string;
  /** That version's entry: its heading without the marks, and what follows. */
  readonly entry: string;
}

/**
 * Dates the entry of a version.
 *
 * @param date Such as `2026-11-24`.
 * @throws {ReleaseError} If there is not exactly one entry, if it is dated
 * already, or if it says nothing.
 */
export function dateEntry(
  changelog: string,
  version: string,
  date: string,
): DatedChangelog {
  const refuse = (why: string) => {
    throw new ReleaseError(`Cannot release ${version}: CHANGELOG.md ${why}`);
  };
  const wanted = `## ${version} – ${UNRELEASED}`;
  const lines = changelog.split("\n");
  const headings = headingsOf(lines);
  const own = headings.filter((index) =>
    lines[index]!.split(/\s+/)[1] === version
  );
  const [start] = own;
  if (start === undefined) {
    return refuse(`has no entry for it; add "${wanted}" and what users notice`);
  }
  if (own.length > 1) {
    return refuse(`has ${own.length} entries for it; make them one`);
  }
  const heading = lines[start]!.trimEnd();
  if (heading !== wanted) {
    return refuse(`says "${heading}"; for a release it must say "${wanted}"`);
  }
  const end = headings.find((index) => index > start) ?? lines.length;
  const body = lines.slice(start + 1, end);
  if (body.every((line) => /^(#.*|\s*)$/.test(line))) {
    return refuse(`says nothing under "${heading}"; add what users notice`);
  }
  const dated = `${version} – ${date}`;
  return {
    text: lines.with(start, lines[start]!.replace(UNRELEASED, date)).join("\n"),
    entry: [dated, ...body].join("\n").trimEnd(),
  };
}

/** The lines that begin an entry; those of code blocks begin none. */
function headingsOf(lines: readonly string[]): number[] {
  const headings: number[] = [];
  let isCode = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("```")) isCode = !isCode;
    if (!isCode && line.startsWith("## ")) headings.push(index);
  }
  return headings;
}
