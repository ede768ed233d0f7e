import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCommand, telling } from "../../../tools/compile/run_command.ts";

const pure = { permissions: "none" } as const;
// The environment is read to be handed on, and compared with.
const shell: { permissions: Deno.PermissionOptions } = {
  permissions: { run: ["sh", "/usr/bin/env"], env: true },
};

const run = (
  script: string,
  options: Parameters<typeof runCommand>[2] = {},
) => runCommand("sh", ["-c", script, "sh", "one word", "$HOME"], options);

Deno.test(
  "telling: the last line that names an error, else the last",
  pure,
  () => {
    for (
      const [output, line] of [
        ["", "it said nothing"],
        ["\n \n", "it said nothing"],
        ["one\ntwo\n", "two"],
        ["error: Broken.\nsee the log\n", "Broken"],
        ["error: one\nerror: two\n  at a place\n", "two"],
        ["something\n    0: error: deep\n    1: deeper\n", "deep"],
        ["Cannot do it\nthe end", "Cannot do it"],
        ["It FAILED.\nthe end", "It FAILED"],
      ] as const
    ) {
      assertEquals(telling(output), line, JSON.stringify(output));
    }
  },
);

Deno.test(
  "run command: code, output and errors apart, arguments as they are",
  shell,
  async () => {
    assertEquals(
      await run('printf "%s\\n" "$@"; echo wrong >&2; exit 7'),
      { code: 7, stdout: "one word\n$HOME\n", stderr: "wrong\n" },
    );
  },
);

Deno.test("run command: standard input is empty", shell, async () => {
  assertEquals((await run("cat; echo end")).stdout, "end\n");
});

Deno.test(
  "run command: a program that is missing is code 127, and the reason",
  {
    permissions: { run: true },
  },
  async () => {
    const { code, stdout, stderr } = await runCommand("/nowhere/program", [
      "a",
    ]);
    assertEquals([code, stdout], [127, ""]);
    assertMatch(stderr, /NotFound.*\/nowhere\/program/);
  },
);

Deno.test(
  "run command: what takes too long is ended with code 143",
  shell,
  async () => {
    // The shell becomes the program, so that the signal reaches it.
    const { code } = await run("exec sleep 600", { timeout: 50 });
    assertEquals(code, 143);
  },
);

Deno.test(
  "run command: a timeout that does not pass changes nothing",
  shell,
  async () => {
    const { code, stdout } = await run("echo done", { timeout: 60_000 });
    assertEquals([code, stdout], [0, "done\n"]);
  },
);

Deno.test(
  "run command: variables are added to the inherited ones, or are all there are",
  shell,
  async () => {
    const env = { ADDED: "a b" };
    const { PATH = "" } = Deno.env.toObject();
    assert(PATH !== "");
    const script = 'echo "$ADDED|$NO_COLOR|$PATH"';
    assertEquals((await run(script, { env })).stdout, `a b|1|${PATH}\n`);
    const cleared = await runCommand("/usr/bin/env", [], {
      env,
      clearEnv: true,
    });
    assertEquals(
      cleared.stdout.split("\n").sort(),
      ["", "ADDED=a b", "NO_COLOR=1"],
    );
  },
);

Deno.test(
  "run command: the working directory can be chosen",
  shell,
  async () => {
    assertEquals((await run("pwd", { cwd: "/usr" })).stdout, "/usr\n");
  },
);
