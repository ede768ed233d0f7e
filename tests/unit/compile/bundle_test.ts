import { assertEquals, assertMatch } from "@std/assert";
import { commitOf } from "../../../tools/compile/bundle.ts";
import { runCommand } from "../../../tools/compile/run_command.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const folders = new TemporaryFolder();

Deno.test("commit: the commit, with -dirty if tracked files differ from it", {
  permissions: { ...folders.permissions, run: ["git"] },
}, async () => {
  const folder = folders.make();
  assertEquals(await commitOf(folder), "unknown");
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example"];
    const { code, stderr } = await runCommand(
      "git",
      ["-C", folder, ...identity, ...args],
    );
    assertEquals(code, 0, stderr);
  };
  await git("init", "--quiet");
  assertEquals(await commitOf(folder), "unknown");
  await Deno.writeTextFile(`${folder}/tracked`, "one");
  await git("add", "tracked");
  await git("commit", "--quiet", "--message", "One");
  const commit = await commitOf(folder);
  assertMatch(commit, /^[0-9a-f]{12}$/);
  await Deno.writeTextFile(`${folder}/untracked`, "");
  assertEquals(await commitOf(folder), commit);
  await Deno.writeTextFile(`${folder}/tracked`, "two");
  assertEquals(await commitOf(folder), `${commit}-dirty`);
  await git("add", "tracked");
  assertEquals(await commitOf(folder), `${commit}-dirty`);
  await git("commit", "--quiet", "--message", "Two");
  assertMatch(await commitOf(folder), /^[0-9a-f]{12}$/);
});
