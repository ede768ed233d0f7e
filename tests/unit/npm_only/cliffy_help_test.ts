/**
 * What the command prints: help and version.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { sampleCommand } from "./sample_command.ts";

const WIDE = `
Usage:   sample
Version: 1.2.3

Author: somebody
Home:   nowhere

Description:

  Shows all kinds of declarations.

Options:

  -h, --help              - Show this help.
  -V, --version           - Show the version number for this program.
  -i, --input    <path>   - What to read.                              (Default: "-")
  -c, --count    <n>      - How many.
  -r, --ratio    [n]      - A part.
  -o, --out      [path]   - Where to write.
  --idle         <n>      - How long.                                  (Default: 10)
  --wait         <time>   - How long to wait.
  --level        <level>  - How much.                                  (Default: "low", Values: "low", "high")
  --even         <n>      - An even number.
  --doubled      <n>      - Is doubled.                                (Default: 7)

More options:

  --tags         <tags>   - Several texts.
  --sizes        <sizes>  - Several numbers.
  -k, --key      <key>    - Can be repeated.
  -v, --verbose           - Says more.
  -q, --quiet             - Says less.        (Conflicts: --verbose)
  --max-size     <n>      - A limit.          (Depends: --count)
  --strict       [on]     - Is strict.
  --no-color              - Has no colour.
  --check                 - Checks.
  --no-check              - Does not check.

Environment variables:

  SAMPLE_LEVEL     <level>  - How much.
  SAMPLE_COUNT     <n>      - How many.
  SAMPLE_MAX_SIZE  <n>      - A limit.
  SAMPLE_TAGS      <tags>   - Texts.
  SAMPLE_QUIET     <value>  - Says less.
  SAMPLE_COLOR     <on>     - Colour.

Examples:

  Read a file  sample --input file
  Read nothing sample --input -
`;

const NARROW = `
Usage: narrow --needed <text>

Options:

  -h, --help          - Show this
                        help.
  --needed    <text>  - A description  (require
                        that is too    d,
                        long for its   Default:
                        column.        "none
                                       yet")
`;

/** Cuts the spaces that fill the columns at the ends of lines. */
function trimLines(text: string): string {
  return text.split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Runs a function and gives back what it printed. */
async function captured(run: () => Promise<unknown>): Promise<string> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text: string) => lines.push(text);
  try {
    await run();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test({
  name: "help: all sections, in columns",
  permissions: "none",
  fn() {
    const help = sampleCommand()
      .meta("Author", "somebody").meta("Home", "  nowhere")
      .example("Read a file", "  sample --input file")
      .example("Read nothing", "  sample --input -")
      .getHelp({ colors: false, width: 150 });
    assertEquals(trimLines(help), WIDE);
  },
});

Deno.test({
  name: "help: columns are filled with spaces to their ends",
  permissions: "none",
  fn() {
    const help = new Command().name("short").getHelp({ colors: false });
    assertEquals(
      help,
      "\nUsage: short\n\nOptions:\n\n  -h, --help  - Show this help.  \n",
    );
  },
});

Deno.test({
  name: "help: descriptions and hints are wrapped",
  permissions: "none",
  fn() {
    const help = new Command().name("narrow")
      .option(
        "--needed <text:string>",
        "A description that is too long for its column.",
        { required: true, defaultText: "none yet" },
      )
      .getHelp({ colors: false, width: 48 });
    assertEquals(trimLines(help), NARROW);
  },
});

Deno.test({
  name: "help: types, and no hints",
  permissions: "none",
  fn() {
    const help = sampleCommand().getHelp({
      colors: false,
      types: true,
      hints: false,
      width: 150,
    });
    assertStringIncludes(help, "<sizes:integer[]>");
    assertStringIncludes(help, "<level:level>");
    assertEquals(help.includes("Default:"), false);
  },
});

Deno.test({
  name: "help: -h shows first lines, --help shows all, both on stdout",
  permissions: "none",
  async fn() {
    const command = () =>
      new Command().name("long").noExit().help({ colors: false, width: 80 })
        .option("--text <x:string>", "First line.\nSecond line.")
        .action(() => {
          throw new Error("must not run");
        });
    const short = await captured(() => command().parse(["-h"]));
    assertStringIncludes(short, "- First line.");
    assertEquals(short.includes("Second line."), false);
    const long = await captured(() => command().parse(["--help"]));
    assertStringIncludes(long, "Second line.");
  },
});

Deno.test({
  name: "help: colours, but none where NO_COLOR is set",
  permissions: "none",
  fn() {
    const help = new Command().name("coloured").getHelp();
    if (Deno.noColor) return assertEquals(help.includes("\x1b"), false);
    assertStringIncludes(help, "\x1b[1mUsage:\x1b[22m");
    assertStringIncludes(help, "\x1b[94m-h\x1b[39m, \x1b[94m--help\x1b[39m");
  },
});

Deno.test({
  name: "version: -V shows it, --version shows name and meta data too",
  permissions: "none",
  async fn() {
    const command = () =>
      new Command().name("named").version("1.0.0").meta("Deno", "2").noExit();
    assertEquals(await captured(() => command().parse(["-V"])), "1.0.0");
    const long = await captured(() => command().parse(["--version"]));
    // deno-lint-ignore no-control-regex -- the codes of colours begin with it
    assertEquals(long.replace(/\x1b\[\d+m/g, ""), "named 1.0.0\nDeno 2");
  },
});

Deno.test({
  name: "version: without one there is no option for it",
  permissions: "none",
  fn() {
    const help = new Command().name("bare").getHelp({ colors: false });
    assertEquals(help.includes("--version"), false);
  },
});
