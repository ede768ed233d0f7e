import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  allCommands,
  allOptions,
  PROGRAM,
} from "../../src/cli/command_tree.ts";
import { flagsOf } from "../../src/cli/option_spec.ts";
import {
  COMMANDS_PAGE,
  commandsPage,
  withOptionTables,
} from "../../tools/readme_options.ts";
import { runHere } from "../support/run_here.ts";

for (const command of allCommands(PROGRAM)) {
  const name = ["eventcounter", ...command.path].join(" ");
  const options = allOptions(command);

  Deno.test(`help of ${name} tells each option's flag, effect, default and variable`, async () => {
    const { code, printed, complaints } = await runHere([
      ...command.path,
      "--help",
    ]);
    assertEquals([code, complaints], [0, []]);
    const text = printed.replace(/\s/g, "");
    for (const option of options) {
      assertStringIncludes(text, flagsOf(option).join());
      if (option.defaultText !== undefined) {
        assertStringIncludes(text, option.defaultText.replace(/\s/g, ""));
      }
      if (option.variable !== undefined) {
        assertStringIncludes(text, option.variable);
      }
      // A column may break a description anywhere, but begins with it.
      assertStringIncludes(text, option.description.split(" ")[0]!);
    }
  });

  Deno.test(`no option of ${name} is described twice or not at all`, () => {
    const flags = options.flatMap(flagsOf);
    assertEquals(flags.length, new Set(flags).size);
    for (const { description } of options) {
      assert(description.length > 10, description);
      assert(!description.endsWith("."), description);
    }
  });
}

Deno.test("help, and a command, is the help of that command", async () => {
  const { code, printed } = await runHere(["help", "rejected", "forget"]);
  const { printed: same } = await runHere(["rejected", "forget", "--help"]);
  assertEquals([code, printed], [0, same]);
});

Deno.test("the README's option tables are those of the program", async () => {
  const readme = await Deno.readTextFile(
    new URL("../../README.md", import.meta.url),
  );
  assertStringIncludes(readme, "| `--idle <duration>`");
  assert(
    withOptionTables(readme) === readme,
    "README.md has other options than the program: run `deno task readme`",
  );
  assert(
    await Deno.readTextFile(COMMANDS_PAGE) === commandsPage(),
    "docs/commands.md has other commands than the program: run `deno task readme`",
  );
});
