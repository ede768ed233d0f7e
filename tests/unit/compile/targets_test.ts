import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../tools/compile/build_error.ts";
import {
  executableFor,
  hostTarget,
  targetNamed,
  targetOfExecutable,
  TARGETS,
} from "../../../tools/compile/targets.ts";

const pure = { permissions: "none" } as const;

/** The first bytes of a file: some at their places, the rest zero. */
function head(
  places: Readonly<Record<number, readonly number[]>>,
  length = 512,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (const [place, values] of Object.entries(places)) {
    bytes.set(values, Number(place));
  }
  return bytes;
}

const ELF = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1];
const MACH_O = [0xcf, 0xfa, 0xed, 0xfe];

/** Headers as the linkers of those systems write them. */
const HEADERS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "x86_64-unknown-linux-gnu": head({ 0: ELF, 16: [3, 0, 0x3e, 0] }),
  "aarch64-unknown-linux-gnu": head({ 0: ELF, 16: [2, 0, 0xb7, 0] }),
  "x86_64-apple-darwin": head({ 0: MACH_O, 4: [7, 0, 0, 1] }),
  "aarch64-apple-darwin": head({ 0: MACH_O, 4: [0x0c, 0, 0, 1] }),
  "x86_64-pc-windows-msvc": head({ 0: [0x4d, 0x5a, 0x90] }),
};

Deno.test("targets: there is a header here for each", pure, () => {
  assertEquals(Object.keys(HEADERS), TARGETS.map(({ name }) => name));
});

for (const [name, header] of Object.entries(HEADERS)) {
  Deno.test(
    `targets: an executable for ${name} is known by its head`,
    pure,
    () => {
      assertEquals(targetOfExecutable(header)?.name, name);
      // Part of a larger buffer, as a reader may hand it over.
      const larger = new Uint8Array(1_000);
      larger.set(header, 100);
      assertEquals(targetOfExecutable(larger.subarray(100, 612))?.name, name);
    },
  );
}

Deno.test("targets: what is for none of them is for none", pure, () => {
  for (
    const [what, header] of Object.entries({
      "ELF for RISC-V": head({ 0: ELF, 16: [3, 0, 0xf3, 0] }),
      "Mach-O of 32 bits": head({ 0: [0xce, 0xfa, 0xed, 0xfe], 4: [7] }),
      "Mach-O for PowerPC": head({ 0: MACH_O, 4: [0x12, 0, 0, 1] }),
      "Mach-O for several": head({ 0: [0xca, 0xfe, 0xba, 0xbe] }),
      "a script": head({ 0: [...new TextEncoder().encode("#!/bin/sh\n")] }),
      "zeros": head({}),
      "a magic number in the wrong place": head({ 1: ELF }),
    })
  ) {
    assertEquals(targetOfExecutable(header), undefined, what);
  }
});

Deno.test("targets: a file shorter than any header is for none", pure, () => {
  for (const header of Object.values(HEADERS)) {
    for (const length of [0, 1, 3, 4, 19, 63]) {
      assertEquals(targetOfExecutable(header.slice(0, length)), undefined);
    }
    assert(targetOfExecutable(header.slice(0, 64)) !== undefined);
  }
});

Deno.test("targets: the Deno that runs this is for this system", {
  permissions: { read: [Deno.execPath()] },
}, async () => {
  using file = await Deno.open(Deno.execPath());
  const header = new Uint8Array(512);
  await file.read(header);
  assertEquals(targetOfExecutable(header), hostTarget());
});

Deno.test(
  "targets: each is found by its name, and another name lists them",
  pure,
  () => {
    for (const target of TARGETS) {
      assertEquals(targetNamed(target.name), target);
    }
    const error = assertThrows(
      () => targetNamed("x86_64-linux"),
      UsageError,
      'Cannot build for "x86_64-linux": --target must be one of ',
    );
    for (const { name } of TARGETS) assert(error.message.includes(name), name);
    assert(!error.message.includes("\n"), "one line");
  },
);

Deno.test(
  "targets: executables have different names, that of Windows ends with .exe",
  pure,
  () => {
    const names = TARGETS.map(executableFor);
    assertEquals(new Set(names).size, names.length);
    assertEquals(
      names.filter((name) => name.endsWith(".exe")),
      ["eventcounter-x86_64-pc-windows-msvc.exe"],
    );
  },
);
