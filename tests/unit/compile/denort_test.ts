/** What is said of a `DENORT_BIN` that is of no use. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BuildError } from "../../../tools/compile/build_error.ts";
import {
  compileWithDenort,
  DENORT_VARIABLE,
  DenortUnavailable,
} from "../../../tools/compile/denort.ts";
import { hostTarget } from "../../../tools/compile/targets.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const folders = new TemporaryFolder();

/** Compiles a small program with a denort, and returns the error. */
async function refusal(denort: string): Promise<string> {
  const folder = folders.make();
  const program = `${folder}/program.js`;
  await Deno.writeTextFile(program, "console.log(1);\n");
  const before = Deno.env.get(DENORT_VARIABLE);
  Deno.env.set(DENORT_VARIABLE, denort);
  try {
    const out = `${folder}/out`;
    const error = await assertRejects(
      () =>
        compileWithDenort({ target: hostTarget(), program, flags: [], out }),
      BuildError,
    );
    // That error means "take the other kind", which would hide the mistake.
    assert(!(error instanceof DenortUnavailable), error.message);
    assert(!error.message.includes("\n"), error.message);
    await assertRejects(() => Deno.stat(out), Deno.errors.NotFound);
    return error.message;
  } finally {
    if (before === undefined) Deno.env.delete(DENORT_VARIABLE);
    else Deno.env.set(DENORT_VARIABLE, before);
  }
}

Deno.test("denort: DENORT_BIN that names no executable", async () => {
  const path = `${folders.make()}/text`;
  for (const text of ["", "#!/bin/sh\n", "x".repeat(1_000)]) {
    await Deno.writeTextFile(path, text);
    assertEquals(
      await refusal(path),
      `Cannot use DENORT_BIN (${path}): it is no executable for any known ` +
        "target; give a denort, or unset it",
    );
  }
});

Deno.test("denort: DENORT_BIN that cannot be read", async () => {
  const folder = folders.make();
  for (const path of [folder, `${folder}/none`, "/dev/null/none"]) {
    const message = await refusal(path);
    assert(message.startsWith(`Cannot read DENORT_BIN (${path}): `), message);
    assert(/os error \d+/.test(message), message);
  }
});

Deno.test("denort: DENORT_BIN that is an executable for this system and no denort", async () => {
  const path = await Deno.realPath("/bin/sh");
  const message = await refusal(path);
  assert(message.startsWith(`Cannot use DENORT_BIN (${path}): `), message);
  assert(message.endsWith(`denort of Deno ${Deno.version.deno}`), message);
});

Deno.test("denort: DENORT_BIN of which nothing but the head is right", async () => {
  const path = `${folders.make()}/head`;
  const head = new Uint8Array(512);
  using file = await Deno.open("/bin/sh");
  await file.read(head);
  await Deno.writeFile(path, head);
  const message = await refusal(path);
  const beginning =
    `Cannot use DENORT_BIN (${path}) for ${hostTarget().name}: `;
  assert(message.startsWith(beginning), message);
});

Deno.test("denort: DENORT_BIN that is Deno itself", async () => {
  const path = Deno.execPath();
  assertEquals(
    await refusal(path),
    `Cannot use DENORT_BIN (${path}): what is made with it does not run the ` +
      `program but says "typescript ${Deno.version.typescript}"; give the ` +
      `denort of Deno ${Deno.version.deno}`,
  );
});
