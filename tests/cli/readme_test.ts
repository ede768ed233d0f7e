import { assert, assertEquals } from "@std/assert";
import { EXIT_MEANINGS } from "../../src/model/errors.ts";

const root = new URL("../../", import.meta.url);

/** Runs TypeScript that imports the library by its name. */
async function runExample(code: string): Promise<void> {
  const library = new URL("src/mod.ts", root).href;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    'import { ok } from "node:assert";\n' +
      code.replaceAll("@eventcounter/eventcounter", library)
        // A failed console.assert only prints; here it has to fail.
        .replaceAll("console.assert(", "ok("),
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--check", "--no-lock", "--no-prompt"],
      ...["-c", new URL("deno.json", root).pathname, file],
    ],
    stdout: "null",
  }).output();
  await Deno.remove(file);
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the README's library example compiles and does what it says", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const [, code] = /```ts\n(.*?)```/s.exec(readme)!;
  await runExample(code!);
});

Deno.test("so does the one in the library's own documentation", async () => {
  const library = await Deno.readTextFile(new URL("src/mod.ts", root));
  const [, code] = /```ts\n(.*?)```/s.exec(library)!;
  await runExample(code!.replace(/^ \* ?/gm, ""));
});

Deno.test("the README lists every exit code with its meaning", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const start = readme.indexOf("## Exit codes");
  const section = readme.slice(start, readme.indexOf("\n## ", start + 1));
  const listed = [...section.matchAll(/^\| ([\d, ]+?) +\| (.*?) +\|/gm)]
    .flatMap(([, codes, meaning]) =>
      codes!.split(", ").map((code) => [code, meaning!])
    );
  assertEquals(Object.fromEntries(listed), { ...EXIT_MEANINGS });
});
