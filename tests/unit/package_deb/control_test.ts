import { assertEquals, assertThrows } from "@std/assert";
import { BuildError } from "../../../tools/compile/build_error.ts";
import {
  controlFile,
  dependencies,
} from "../../../tools/package_deb/control.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

test("controlFile() rounds the size up and puts a field on a line", () => {
  const lines = controlFile({
    version: "1.2.3",
    architecture: "arm64",
    maintainer: "Ann <ann@example.org>",
    depends: ["adduser", "libc6 (>= 2.27)"],
    installedSize: 2_049,
  }).split("\n");
  for (
    const line of [
      "Package: eventcounter",
      "Version: 1.2.3",
      "Architecture: arm64",
      "Maintainer: Ann <ann@example.org>",
      "Installed-Size: 3",
      "Depends: adduser, libc6 (>= 2.27)",
    ]
  ) assertEquals(lines.filter((each) => each === line).length, 1, line);
  // The description goes on in indented lines of at most 80 columns.
  const start = lines.findIndex((line) => line.startsWith("Description: "));
  const description = lines.slice(start + 1, -1);
  assertEquals(description.filter((line) => !/^ \S.{0,78}$/.test(line)), []);
  assertEquals(lines.at(-1), "");
});

test("dependencies() takes the newest version by its numbers, once per package", () => {
  assertEquals(
    dependencies({
      libraries: ["libm.so.6", "libgcc_s.so.1", "libc.so.6"],
      versions: ["GLIBC_2.9", "GLIBC_2.27", "GLIBC_2.2.5", "GCC_3.0"],
    }),
    ["libc6 (>= 2.27)", "libgcc-s1"],
  );
});

test("dependencies() refuses a library of no known package", () => {
  assertThrows(
    () => dependencies({ libraries: ["libfoo.so.1"], versions: [] }),
    BuildError,
    'library "libfoo.so.1"',
  );
});
