import { ToolError } from "../tool.ts";

/** Who changed it, and when, where CHANGELOG.md does not say. */
export interface ChangelogSource {
  /** A name and an address: `Ann <ann@example.org>`. */
  readonly maintainer: string;
  /** The date of a version that is not released yet. */
  readonly date: Date;
}

/**
 * The project's changelog as Debian's (Debian Policy, 4.4): each paragraph and
 * each point of a list is one change.
 *
 * @param markdown The content of CHANGELOG.md.
 * @throws {ToolError} If a heading names no version.
 */
export function debianChangelog(
  markdown: string,
  { maintainer, date }: ChangelogSource,
): string {
  return markdown.split(/^## /m).slice(1).map((entry) => {
    const [, version, day] = /^(\d\S*) – (\d{4}-\d\d-\d\d)?/.exec(entry) ?? [];
    if (version === undefined) {
      throw new ToolError(
        `Cannot read CHANGELOG.md: the heading "${entry.split("\n")[0]}" ` +
          'names no version; write it as "## 1.2.3 – 2026-12-31"',
      );
    }
    const changes = entry.split("\n").slice(1).join("\n")
      .split(/\n\n|\n(?=- )/).map(plain)
      .filter((change) => change !== "" && !change.startsWith("#"))
      .map((change) => `  * ${wrapped(change, 74).replaceAll("\n", "\n    ")}`);
    const when = (day === undefined ? date : new Date(day)).toUTCString();
    return `eventcounter (${version}) unstable; urgency=medium\n\n` +
      `${changes.join("\n")}\n\n` +
      ` -- ${maintainer}  ${when.replace("GMT", "+0000")}\n`;
  }).join("\n");
}

/** A point of a list in Markdown, without its marks. */
function plain(markdown: string): string {
  return markdown.replace(/^\s*- /, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
}

/** Breaks a text into lines of so many columns, where words are not longer. */
function wrapped(text: string, width: number): string {
  return text.replaceAll(
    new RegExp(`(.{1,${width}}|\\S+)( |$)`, "g"),
    "$1\n",
  ).trimEnd();
}
