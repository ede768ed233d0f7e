/** Files that an option names, with something else in their place. */
import { assert, assertEquals } from "@std/assert";
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
