import { assert, assertEquals, assertThrows } from "@std/assert";
import { dateEntry } from "../../../tools/release/changelog.ts";
import { ReleaseError } from "../../../tools/release/release_error.ts";

const pure = { permissions: "none" } as const;

const DAY = "2026-11-24";
const BODY = "### Added\n\n- One.\n- Another,\n  on two lines.";
const FIRST = "## 0.1.0 – 2026-01-31\n\n- The first.\n";

/** A changelog whose newest entry has this heading and body. */
function changelog(heading: string, body = BODY): string {
  return `# Changelog\n\nNewest first.\n\n${heading}\n\n${body}\n\n${FIRST}`;
}

function refused(text: string, message: string): void {
  const error = assertThrows(
    () => dateEntry(text, "0.2.0", DAY),
    ReleaseError,
    `Cannot release 0.2.0: CHANGELOG.md ${message}`,
  );
  assert(!error.message.includes("\n"), "one line");
}

Deno.test(
  "changelog: the entry gets its date, and nothing else is changed",
  pure,
  () => {
    const dated = dateEntry(
      changelog("## 0.2.0 – not released yet"),
      "0.2.0",
      DAY,
    );
    assertEquals(dated.text, changelog("## 0.2.0 – 2026-11-24"));
    assertEquals(dated.entry, `0.2.0 – 2026-11-24\n\n${BODY}`);
  },
);

Deno.test(
  "changelog: an entry below others, or the last, is found too",
  pure,
  () => {
    const text = "# Changelog\n\n## 1.0.0 – not released yet\n\n- More.\n\n" +
      "## 0.2.0 – not released yet\n\n- Less.\n";
    const dated = dateEntry(text, "0.2.0", DAY);
    assertEquals(dated.entry, "0.2.0 – 2026-11-24\n\n- Less.");
    assertEquals(dated.text, text.replace(/(0\.2\.0 – ).*/, `$1${DAY}`));
  },
);

Deno.test("changelog: a code block in an entry does not end it", pure, () => {
  const body = "- As in\n\n```\n## 0.2.0 – no heading\n```\n\n- and more.";
  const dated = dateEntry(
    changelog("## 0.2.0 – not released yet", body),
    "0.2.0",
    DAY,
  );
  assertEquals(dated.entry, `0.2.0 – 2026-11-24\n\n${body}`);
});

Deno.test("changelog: line ends of Windows are kept", pure, () => {
  const text = changelog("## 0.2.0 – not released yet").replaceAll(
    "\n",
    "\r\n",
  );
  assertEquals(
    dateEntry(text, "0.2.0", DAY).text,
    text.replace("not released yet", DAY),
  );
});

Deno.test(
  "changelog: no entry is refused, also beside one of a version like it",
  pure,
  () => {
    const missing =
      'has no entry for it; add "## 0.2.0 – not released yet" and';
    refused(changelog("## 0.2.0-rc.1 – not released yet"), missing);
    refused(changelog("## 10.2.0 – not released yet"), missing);
    refused(changelog("### 0.2.0 – not released yet"), missing);
    refused("", missing);
  },
);

Deno.test("changelog: another state, dash or heading is refused", pure, () => {
  for (
    const heading of [
      ...["## 0.2.0 – 2026-01-01", "## 0.2.0 - not released yet", "## 0.2.0"],
      ...["## 0.2.0 – soon", "## 0.2.0 – not released yet, perhaps"],
    ]
  ) {
    refused(
      changelog(heading),
      `says "${heading}"; for a release it must say ` +
        '"## 0.2.0 – not released yet"',
    );
  }
});

Deno.test("changelog: an entry of headings alone says nothing", pure, () => {
  for (const body of ["", "### Added", "### Added\n\n  \n### Fixed\n"]) {
    refused(
      changelog("## 0.2.0 – not released yet", body),
      'says nothing under "## 0.2.0 – not released yet"; add what users notice',
    );
  }
});

Deno.test("changelog: two entries for one version are refused", pure, () => {
  const heading = "## 0.2.0 – not released yet";
  refused(
    changelog(heading) + changelog(heading),
    "has 2 entries for it; make them one",
  );
});
