/** Wrong command lines of `tools/compile.ts`. */
import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../../support/program.ts";

const WRONG: Readonly<Record<string, [string[], string]>> = {
  "an unknown target": [
    ["--target", "sparc"],
    'Cannot build for "sparc": --target must be one of x86_64-unknown-linux-gnu, ',
  ],
  "an unknown kind": [
    ["--kind", "zip"],
    'Cannot build with --kind "zip": it must be denort or self-extracting',
  ],
  "all targets and one": [
    ["--all", "--target", "x86_64-apple-darwin"],
    "Cannot tell what to build: --all and --target x86_64-apple-darwin are both given; give one of them",
  ],
  "an unknown option": [
    ["--everything"],
    "Cannot read the command line: Unknown option '--everything'",
  ],
  "an option without its value": [
    ["--out"],
    "Cannot read the command line: Option '--out <value>' argument missing",
  ],
  "an argument that is no option": [
    ["everything"],
    "Cannot read the command line: Unexpected argument 'everything'",
  ],
};

for (const [what, [args, message]] of Object.entries(WRONG)) {
  Deno.test(`compile: ${what} is one line and code 2`, async () => {
    const { code, stdout, stderr } = await runProgram(args, {
      entry: "tools/compile.ts",
    });
    assertEquals([code, stdout], [2, ""], stderr);
    assert(stderr.startsWith(message), stderr);
    assertEquals(stderr.indexOf("\n"), stderr.length - 1, stderr);
  });
}
