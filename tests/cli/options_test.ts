import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COUNT_OPTIONS, type OptionSpec } from "../../src/cli/options.ts";
import { PUBLISH_OPTIONS } from "../../src/cli/publish_options.ts";
import { rootCommand } from "../../src/cli/run.ts";

const surroundings = { args: [], print: () => {}, exit: () => {} };

/** Help as the program prints it, white space folded. */
function help(subcommand?: string): string {
  const root = rootCommand(surroundings);
  const command = subcommand === undefined
    ? root
    : root.getCommand(subcommand)!;
  return command.getHelp().replace(/\s+/g, " ");
}

const tables: [string | undefined, readonly OptionSpec[]][] = [
  [undefined, COUNT_OPTIONS.flatMap(([, options]) => options)],
  ["count", COUNT_OPTIONS.flatMap(([, options]) => options)],
  ["publish", PUBLISH_OPTIONS.flatMap(([, options]) => options)],
];

for (const [subcommand, options] of tables) {
  const name = subcommand ?? "eventcounter";

  Deno.test(`help of ${name} tells each option's flag, effect, default and variable`, () => {
    // Help is prepared when the command is first used.
    const text = help(subcommand).replace(/\s/g, "");
    for (const { flags, description, variable, defaultText } of options) {
      assertStringIncludes(text, flags.replace(/ .*/, ""));
      if (defaultText !== undefined) {
        assertStringIncludes(text, defaultText.replace(/\s/g, ""));
      }
      if (variable !== undefined) assertStringIncludes(text, variable);
      // A column may break a description anywhere, but begins with it.
      assertStringIncludes(text, description.split(" ")[0]!);
    }
  });

  Deno.test(`no option of ${name} is described twice or not at all`, () => {
    const names = options.map(({ flags }) => flags.replace(/ .*/, ""));
    assertEquals(names.length, new Set(names).size);
    for (const { description } of options) {
      assert(description.length > 10, description);
      assert(!description.endsWith("."), description);
    }
  });
}

Deno.test("the README's table lists exactly the options of count", async () => {
  const readme = await Deno.readTextFile(
    new URL("../../README.md", import.meta.url),
  );
  const start = readme.indexOf("## Options of count");
  const table = readme.slice(start, readme.indexOf("\n## ", start + 1));
  const rows = table.split("\n").filter((line) => /^\| `--/.test(line));
  const listed = rows.map((row) => {
    const [, flags, variable, defaultValue] = row.split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("`", ""));
    return [flags!.replace(/ .*/, ""), variable, defaultValue];
  });
  const expected = COUNT_OPTIONS.flatMap(([, options]) => options)
    .map((option) => [
      option.flags.replace(/ .*/, ""),
      option.variable ?? "",
      option.flags.includes("<")
        ? option.defaultText ?? `${option.default ?? ""}`
        : listed.find(([flags]) => flags === option.flags)?.[2],
    ]);
  assertEquals(listed, expected);
});
