import { BuildError } from "../compile/build_error.ts";
import { wrapText } from "./wrap_text.ts";

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
 * @throws {BuildError} If it tells of no version.
 */
export function debianChangelog(
  markdown: string,
  { maintainer, date }: ChangelogSource,
): string {
  const entries = markdown.split(/^## /m).slice(1).map((entry) => {
    const [heading = "", ...lines] = entry.split("\n");
    const [, version, when = ""] = /^(\d+\.\d+\.\d+)(?: – (.*))?$/
      .exec(heading) ?? [];
    if (version === undefined) {
      throw new BuildError(
        `Cannot read CHANGELOG.md: the heading "${heading}" is no version; ` +
          'write it as "## 1.2.3 – 2026-12-31"',
      );
    }
    const released = /^\d{4}-\d\d-\d\d$/.test(when) ? new Date(when) : date;
    return [
      `eventcounter (${version}) unstable; urgency=medium`,
      changes(lines.join("\n")).map((change) =>
        wrapText(change, { first: "  * ", rest: "    " })
      ).join("\n"),
      ` -- ${maintainer}  ${mailDate(released)}`,
    ].join("\n\n");
  });
  if (entries.length === 0) {
    throw new BuildError(
      "Cannot read CHANGELOG.md: no heading names a version; " +
        'write one as "## 1.2.3 – 2026-12-31"',
    );
  }
  return entries.join("\n\n") + "\n";
}

/** The changes of one version, each with the heading it stands under. */
function changes(markdown: string): string[] {
  return markdown.split(/^### /m).slice(1).flatMap((part) => {
    const [heading = "", ...lines] = part.split("\n");
    return lines.join("\n").split(/\n\n|\n(?=- )/)
      .map((text) => plain(text.replace(/^\s*- /, "")))
      .filter((text) => text !== "")
      .map((text) => `${heading}: ${text}`);
  });
}

/** Markdown without its marks. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
}

/** A date as mail has it (RFC 5322, 3.3), in UTC. */
function mailDate(date: Date): string {
  return date.toUTCString().replace("GMT", "+0000");
}
