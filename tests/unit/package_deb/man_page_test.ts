import { assert, assertEquals } from "@std/assert";
import type { OptionGroup } from "../../../src/cli/option_spec.ts";
import { manPage } from "../../../tools/package_deb/man_page.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

const COUNT: OptionGroup[] = [["Run", [
  {
    flags: "--idle <duration:idle>",
    variable: "EVENTCOUNTER_IDLE",
    default: 5_000,
    defaultText: "5s",
    description: "Stop after a silence; 0 never",
  },
  { flags: "--out <dir:text>", default: ".", description: "Folder" },
  { flags: "--declare", default: true, description: "Make it" },
  { flags: "--plain", description: "Nothing more" },
]]];

const page = manPage({
  program: {
    path: [],
    name: "eventcounter",
    description: "Does it.",
    general: [{ flags: "-h, --help", description: "Show this help" }],
    options: COUNT,
    commands: [{
      path: ["count"],
      name: "count",
      description: "Counts.",
      general: [],
      options: COUNT,
      commands: [],
    }],
  },
  version: "1.2.3",
  date: new Date("2026-11-24T23:59:59Z"),
  files: [["/etc/x", "A file."]],
});

test("manPage() has the version and the date in its title", () => {
  assertEquals(
    page.split("\n")[0],
    '.TH EVENTCOUNTER 1 2026-11-24 "eventcounter 1.2.3" "User Commands"',
  );
});

test("manPage() tells value, variable and default of an option, as help does", () => {
  for (
    const entry of [
      ".TP\n\\fB\\-\\-idle\\fR \\fIduration\\fR\nStop after a silence; 0 never.\n" +
      ".br\nvariable: \\fBEVENTCOUNTER_IDLE\\fR, default: \\fB5s\\fR\n",
      ".TP\n\\fB\\-\\-out\\fR \\fIdir\\fR\nFolder.\n.br\ndefault: \\fB\\&.\\fR\n",
      ".TP\n\\fB\\-\\-declare\\fR\nMake it.\n.br\ndefault: \\fBon\\fR\n",
      ".TP\n\\fB\\-\\-plain\\fR\nNothing more.\n.SH ENVIRONMENT\n",
      ".TP\n\\fBEVENTCOUNTER_IDLE\\fR\nAs \\fB\\-\\-idle\\fR.\n",
      ".TP\n\\fI/etc/x\\fR\nA file.\n",
    ]
  ) assert(page.includes(entry), entry);
});

test("manPage() lists an option once, with the general ones before", () => {
  assertEquals(page.match(/^\\fB\\-\\-idle/gm)?.length, 1);
  assert(
    page.includes(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow this help.\n"),
  );
});
