/** Files that an option names, with something else in their place. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runLimited } from "../support/limited_program.ts";
import { runProgram } from "../support/program.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const LINE = '{"routingKey":"ann.event.created","body":{"id":"1"}}\n';

Deno.test("what is no regular file, as /dev/stdout, is never replaced: 73 with the option to give", async () => {
  const out = folder.make();
  const count = ["--input", "-", "--out", out];
  assertEquals((await runProgram(count, { stdin: LINE })).code, 0);
  const path = `${folder.make()}/stdout`;
  await Deno.symlink("/proc/self/fd/1", path);
  for (
    const [args, option] of [
      [["report", "--out", out], "--to"],
      [count, "--metrics-file"],
    ] as const
  ) {
    const { code, complaints } = await runProgram([...args, option, path], {
      stdin: LINE,
    });
    assertEquals([code, complaints], [
      73,
      [
        `eventcounter: Cannot write "${path}": it is no regular file; ` +
        `check the folder and its permissions, or give another with ${option}`,
      ],
    ]);
    assert((await Deno.lstat(path)).isSymlink);
  }
});

Deno.test("what holds something else than what is to be written is never replaced: 73", async () => {
  const out = folder.make();
  const count = ["--input", "-", "--out", out];
  assertEquals((await runProgram(count, { stdin: LINE })).code, 0);
  for (const name of ["eventcounter.db", "created.json"]) {
    const path = `${out}/${name}`;
    const before = await Deno.readFile(path);
    for (
      const [args, content] of [
        [["report", "--out", out, "--to"], "a page"],
        [[...count, "--metrics-file"], "metrics"],
      ] as const
    ) {
      const { code, complaints } = await runProgram([...args, path], {
        stdin: "",
      });
      assertEquals([code, complaints.length], [73, 1]);
      assertStringIncludes(complaints[0]!, `something else than ${content};`);
    }
    if (name !== "eventcounter.db") {
      assertEquals(await Deno.readFile(path), before);
    }
  }
  assertEquals((await runProgram(count, { stdin: LINE })).code, 0);
});

Deno.test("publish --expect on a full disk: 74, and where it cannot be made: 73", async () => {
  const args = ["publish", "--to", "-", "--size", "5000", "--expect"];
  const path = folder.make();
  const full = await runLimited([...args, path], 2_048);
  assertEquals([full.code, full.complaints.length], [74, 1], full.stderr);
  assertStringIncludes(full.stderr, `Cannot write "${path}/ids.ndjson"`);
  const refused = await runProgram([...args, "/dev/null/no"]);
  assertEquals([refused.code, refused.complaints.length], [73, 1]);
  assertStringIncludes(refused.stderr, "give another with --expect");
});
