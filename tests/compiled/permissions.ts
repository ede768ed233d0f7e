/** What the executable may not do. */
import { assert, assertEquals } from "@std/assert";
import { VARIABLES } from "../../src/cli/variables.ts";
import { PERMISSIONS } from "../../tools/compile/permissions.ts";
import { BUILDABLE, executable, ROOT } from "./executables.ts";

for (const kind of BUILDABLE) {
  Deno.test(`${kind} executable: cannot start programs, load native code, import from elsewhere or read other variables`, async () => {
    // Another program, built by the same functions with the same flags.
    const probe = await executable(kind, "tests/compiled/probe.ts");
    const { code, stdout, stderr } = await probe.run([], {
      env: {
        EVENTCOUNTER_CACHE: probe.cache,
        EVENTCOUNTER_OUT: "known",
        SECRET: "secret",
      },
    });
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.pop(), "read its own variable: known");
    assertEquals(lines.length, 10);
    assertEquals(lines.filter((line) => !line.endsWith(": refused")), []);
  });
}

Deno.test("the executable has the permissions of deno task eventcounter, and no others", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const granted = [
    ...tasks.eventcounter.command.matchAll(/(?<= )--(allow|deny)-[\w=,-]+/g),
  ].map(([flag]) => flag.replace(/(?<==).*/, sortList)).sort();
  assertEquals(granted, [...PERMISSIONS].sort());
  assert(VARIABLES.length > 5, "the option tables name variables");
});

function sortList(list: string): string {
  return list.split(",").sort().join(",");
}
