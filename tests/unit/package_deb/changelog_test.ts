import { assertEquals, assertThrows } from "@std/assert";
import { BuildError } from "../../../tools/compile/build_error.ts";
import { debianChangelog } from "../../../tools/package_deb/changelog.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

const source = {
  maintainer: "Ann <ann@example.org>",
  date: new Date("2026-11-24T07:41:18Z"),
};

test("debianChangelog() makes an entry of each version, newest first", () => {
  const markdown = `# Changelog

What users notice.

## 0.2.0 – not released yet

### Added

- \`a\`: one
  that goes on.
- Two, see [there](docs/there.md).

### Measured

With one core:

- fast.

## 0.1.0 – 2026-01-02

### Fixed

- Three.
`;
  assertEquals(
    debianChangelog(markdown, source),
    `eventcounter (0.2.0) unstable; urgency=medium

  * Added: a: one that goes on.
  * Added: Two, see there.
  * Measured: With one core:
  * Measured: fast.

 -- Ann <ann@example.org>  Tue, 24 Nov 2026 07:41:18 +0000

eventcounter (0.1.0) unstable; urgency=medium

  * Fixed: Three.

 -- Ann <ann@example.org>  Fri, 02 Jan 2026 00:00:00 +0000
`,
  );
});

test("debianChangelog() breaks long changes at 78 columns", () => {
  const text = debianChangelog(
    `## 1.0.0\n\n### Added\n\n- ${"word ".repeat(50)}\n`,
    source,
  );
  const lines = text.split("\n").filter((line) => /word/.test(line));
  assertEquals(lines.filter((line) => line.length > 78), []);
  assertEquals(lines.slice(1).filter((line) => !/^ {4}\w/.test(line)), []);
  assertEquals(text.match(/word/g)?.length, 50);
});

test("debianChangelog() refuses what names no version", () => {
  for (const markdown of ["# Changelog\n", "## Unreleased\n"]) {
    assertThrows(() => debianChangelog(markdown, source), BuildError, "1.2.3");
  }
});
