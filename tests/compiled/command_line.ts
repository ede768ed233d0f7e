/** The whole command line, by the executable. */
import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { type Executable, test } from "./executables.ts";

test("--help of the program and of every command is that of the source", async (executable) => {
  const paths: string[][] = [[]];
  let helped = 0;
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const help = await helpOf(executable, path);
    paths.push(...commandsIn(help).map((name) => [...path!, name]));
    const bySource = await runProgram([...path, "--help"]);
    assertEquals(help, bySource.stdout, path.join(" "));
    helped++;
  }
  assert(helped >= 3, "count and publish at least");
});

async function helpOf(
  executable: Executable,
  path: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await executable.run([...path, "--help"]);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** The names under the heading "Commands". */
function commandsIn(help: string): string[] {
  const listed = help.split(/^Commands:\n/m)[1]?.split(/^\S/m)[0] ?? "";
  return [...listed.matchAll(/^ {2}([a-z]+)\b.* - /gm)].map(([_, name]) =>
    name!
  );
}
