import { assert, assertEquals, assertThrows } from "@std/assert";
import { BuildError } from "../../../tools/compile/build_error.ts";
import {
  bundledPackages,
  copyrightFile,
} from "../../../tools/package_deb/licences.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

const source = {
  bundled: [{ name: "amqplib", version: "2.3.1" }],
  programPath: "usr/lib/x/program.js",
  runtimePath: "usr/lib/x/runtime",
  runtimeVersion: "2.9.6",
  commit: "0123456789ab",
  license: "MIT License\n\nCopyright (c) 2026 Ann\n\nPermission is\n\nAS IS\n",
};

test("bundledPackages() finds packages of npm and JSR, each once", () => {
  const bundle = `globalThis.X = 1;
// npm:amqplib/2.3.1/lib/a.js
// npm:amqplib/2.3.1/lib/b.js
// src/model/npm/errors.ts
// npm:@logtape/logtape/2.4.2/dist/a.js
// https://jsr.io/@cliffy/command/1.2.1/mod.ts
  "// npm:no/1.0.0/a.js"
`;
  assertEquals(
    bundledPackages(bundle).map(({ name, version }) => `${name} ${version}`),
    ["@cliffy/command 1.2.1", "@logtape/logtape 2.4.2", "amqplib 2.3.1"],
  );
});

test("copyrightFile() has the holders and the terms, empty lines as full stops", () => {
  const text = copyrightFile(source);
  assert(text.includes("Files: *\nCopyright: 2026 Ann\nLicense: Expat\n"));
  assert(text.includes("License: Expat\n Permission is\n .\n AS IS\n"));
  assert(text.includes("\n 2013, 2014 Michael Bridgen"));
  assert(text.includes("Files: usr/lib/x/runtime\n"));
  // A blank line ends a paragraph: each must begin with a field.
  const paragraphs = text.split("\n\n");
  assertEquals(paragraphs.filter((each) => !/^[A-Z][\w-]+:/.test(each)), []);
});

test("copyrightFile() tells of one file where runtime and program are one", () => {
  const text = copyrightFile({
    ...source,
    programPath: "usr/bin/x",
    runtimePath: "usr/bin/x",
  });
  assertEquals(text.match(/^Files: /gm)?.length, 2);
  assert(text.includes("bundled with amqplib 2.3.1, in the runtime of"));
});

test("copyrightFile() refuses a package whose licence nobody has read", () => {
  const bundled = [{ name: "left-pad", version: "1.0.0" }];
  assertThrows(
    () => copyrightFile({ ...source, bundled }),
    BuildError,
    "licence of left-pad 1.0.0",
  );
});

test("copyrightFile() refuses another license of the project", () => {
  assertThrows(
    () => copyrightFile({ ...source, license: "All rights reserved." }),
    BuildError,
    "Cannot read LICENSE",
  );
});
