/** The manual page: what it holds, and that readers of it do not complain. */
import { assert, assertEquals } from "@std/assert";
import {
  allCommands,
  allOptions,
  PROGRAM,
} from "../../src/cli/command_tree.ts";
import { flagsOf } from "../../src/cli/option_spec.ts";
import { EXIT_MEANINGS } from "../../src/model/errors.ts";
import { VARIABLES } from "../../src/cli/variables.ts";
import { provide } from "../support/provide.ts";
import { complaints, output, test } from "./packages.ts";

const PAGE = "usr/share/man/man1/eventcounter.1.gz";

test("the manual page is faultless to man, groff and mandoc", async ({ tree }) => {
  await provide("man", "man-db");
  await provide("groff");
  await provide("mandoc");
  const page = `${tree}/manual.1`;
  await Deno.writeTextFile(page, await output("zcat", `${tree}/${PAGE}`));
  assertEquals(await complaints("mandoc", "-Tlint", page), "");
  assertEquals(
    await complaints("groff", "-ww", "-man", "-Tutf8", "-z", page),
    "",
  );
  assertEquals(
    await complaints(...[
      ...["sh", "-c", 'man --warnings -E UTF-8 -l -Tutf8 -Z "$0" >/dev/null'],
      page,
    ]),
    "",
  );
  await Deno.remove(page);
});

test("the manual page tells of every command, option, variable and exit code", async ({ tree }) => {
  await provide("mandoc");
  const page = await output(
    ...["sh", "-c", 'zcat "$0" | mandoc -Tutf8 -O width=78 | col -bx'],
    `${tree}/${PAGE}`,
  );
  for (const command of allCommands(PROGRAM)) {
    const { path } = command;
    const name = path.join(" ");
    const isCommand = new RegExp(`^ {5,8}${name}( |$)`, "m");
    assert(isCommand.test(sectionOf(page, "COMMANDS")), name);
    const section = sectionOf(page, `OPTIONS OF ${name.toUpperCase()}`);
    for (const [flag] of allOptions(command).map(flagsOf)) {
      const isListed = `${section}${sectionOf(page, "OPTIONS")}`
        .match(new RegExp(`^ {3,}(.*, )?${flag}\\b`, "m"));
      // The program itself has the options of count.
      assert(isListed || path.length === 0, `${name} ${flag}`);
    }
  }
  const environment = sectionOf(page, "ENVIRONMENT");
  for (const name of VARIABLES) {
    assert(new RegExp(`^ +${name}\\b`, "m").test(environment), name);
  }
  const status = sectionOf(page, "EXIT STATUS");
  for (const [code, meaning] of Object.entries(EXIT_MEANINGS)) {
    const line = new RegExp(`^ +${code} +(.*)\\.$`, "m").exec(status)?.[1];
    assertEquals(line?.toLowerCase(), meaning.toLowerCase(), code);
  }
  const long = page.split("\n").filter((line) => line.length > 80);
  assertEquals(long, []);
});

/** The text below a heading. */
function sectionOf(page: string, heading: string): string {
  return page.split(`\n${heading}\n`)[1]?.split(/\n\S/)[0] ?? "";
}
