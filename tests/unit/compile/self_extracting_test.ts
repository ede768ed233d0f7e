/** Self-extracting executables whose runtime is a small shell script. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { BuildError } from "../../../tools/compile/build_error.ts";
import { writeSelfExtracting } from "../../../tools/compile/self_extracting.ts";
import { hostTarget, targetNamed } from "../../../tools/compile/targets.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const folders = new TemporaryFolder();
const header = fileURLToPath(
  new URL("../../../tools/compile/self_extracting.sh", import.meta.url),
);
const permissions = {
  read: [folders.path, dirname(header)],
  write: [folders.path],
};

const HEADER_SIZE = 16_384;
const PROGRAM = 'console.log("the program");\n';
/** Tells how it was called, but not for the start that unpacks. */
const RUNTIME = '#!/bin/sh\nprintf "%s\\n" "$@"\n';

/** Writes an executable. @returns Its path. */
async function write(
  changes: Partial<Parameters<typeof writeSelfExtracting>[0]> = {},
): Promise<string> {
  const folder = folders.make();
  await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
  await Deno.writeTextFile(`${folder}/runtime`, RUNTIME);
  const out = `${folder}/executable`;
  await writeSelfExtracting({
    target: targetNamed("x86_64-unknown-linux-gnu"),
    name: "example",
    version: "1.2.3",
    program: `${folder}/program.js`,
    runtime: `${folder}/runtime`,
    flags: ["--allow-net"],
    out,
    ...changes,
  });
  return out;
}

/** The value of a variable that the header sets. */
function valueOf(name: string, bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, HEADER_SIZE));
  return new RegExp(`\\b${name}='?([^'\\s]*)`).exec(text)?.[1];
}

Deno.test("self-extracting: the same parts give the same bytes", {
  permissions,
}, async () => {
  const [one, other] = [await write(), await write()];
  assert(one !== other);
  assertEquals(await Deno.readFile(one), await Deno.readFile(other));
});

Deno.test(
  "self-extracting: header, program and runtime are where the header says",
  {
    permissions,
  },
  async () => {
    const path = await write();
    const bytes = await Deno.readFile(path);
    const program = new TextEncoder().encode(PROGRAM);
    const text = new TextDecoder().decode(bytes.subarray(0, HEADER_SIZE));
    assert(
      text.startsWith("#!/bin/sh\n# example 1.2.3 for x86_64-unknown-linux"),
    );
    assert(text.endsWith(" \n"), "filled up");
    assertEquals(
      /@[A-Z_]+@|undefined/.exec(text),
      null,
      "every value is put in",
    );
    // tail counts from 1.
    const runtime = Number(valueOf("runtime_start", bytes)) - 1;
    assertEquals(valueOf("program_size", bytes), String(program.length));
    assertEquals(runtime, HEADER_SIZE + program.length);
    assertEquals(bytes.slice(HEADER_SIZE, runtime), program);
    assertEquals(
      gunzipSync(bytes.subarray(runtime)).toString(),
      RUNTIME,
    );
    assertEquals(valueOf("runtime_size", bytes), String(RUNTIME.length));
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o755);
  },
);

Deno.test("self-extracting: other contents get another cache folder", {
  permissions,
}, async () => {
  const folder = folders.make();
  await Deno.writeTextFile(`${folder}/other`, PROGRAM + PROGRAM);
  const keys = new Set<string | undefined>();
  for (
    const changes of [
      {},
      { program: `${folder}/other` },
      { runtime: `${folder}/other` },
      { flags: [] },
      { version: "1.2.4" },
    ]
  ) {
    keys.add(valueOf("key", await Deno.readFile(await write(changes))));
  }
  assertEquals(keys.size, 5);
  for (const key of keys) {
    assert(/^1\.2\.[34]-[0-9a-f]{16}$/.test(key ?? ""), key);
  }
});

Deno.test("self-extracting: there is none for Windows, and no file is left", {
  permissions,
}, async () => {
  const out = `${folders.make()}/executable.exe`;
  const target = targetNamed("x86_64-pc-windows-msvc");
  const error = await assertRejects(
    () => write({ target, out }),
    BuildError,
    "Cannot build a self-extracting executable for x86_64-pc-windows-msvc: " +
      "it needs a POSIX shell; use --kind denort",
  );
  assert(!error.message.includes("\n"), "one line");
  await assertRejects(() => Deno.stat(out), Deno.errors.NotFound);
});

Deno.test(
  "self-extracting: the runtime gets flags and arguments to the letter",
  {
    permissions: { ...permissions, run: true },
  },
  async () => {
    const flags = ["--allow-env=A,B", 'it\'s; $HOME `id` "quoted"'];
    const path = await write({ target: hostTarget(), flags });
    const cache = `${dirname(path)}/cache`;
    const args = ["count", "", "a b", "*", "--out='x'"];
    const { code, stdout, stderr } = await new Deno.Command(path, {
      args,
      clearEnv: true,
      env: { EVENTCOUNTER_CACHE: cache, PATH: "/usr/bin:/bin" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
    const lines = decoder.decode(stdout).trimEnd().split("\n");
    assertEquals(lines[0], "run");
    // Flags of Deno, those of the program, its file, its arguments.
    const at = lines.indexOf(flags[0]!);
    assertEquals(lines.slice(at, at + 2), flags);
    const file = lines[at + 2]!;
    assert(file.startsWith(`${cache}/1.2.3-`) && file.endsWith("/program.js"));
    assertEquals(lines.slice(at + 3), args);
    assertEquals(await Deno.readTextFile(file), PROGRAM);
  },
);
