import { assertEquals } from "@std/assert";
import { withPackageNames } from "../../../tools/compile/package_paths.ts";

const pure = { permissions: "none" } as const;

Deno.test("withPackageNames() names packages by name and version", pure, () => {
  const cache = "../../home/some.one/.cache/deno (1)/npm";
  const bundle = [
    `// ${cache}/npm.example/amqplib/2.3.1/lib/codec.js`,
    `  "${cache}/npm.example_8080/mirror/amqplib/2.3.1/package.json"(exports) {`,
    `// ${cache}/npm.example/@logtape/logtape/2.4.2-rc.1/dist/sink.js`,
  ].join("\n");
  assertEquals(
    withPackageNames(bundle, cache).split("\n"),
    [
      "// npm:amqplib/2.3.1/lib/codec.js",
      '  "npm:amqplib/2.3.1/package.json"(exports) {',
      "// npm:@logtape/logtape/2.4.2-rc.1/dist/sink.js",
    ],
  );
});

Deno.test(
  "withPackageNames() reads the path of a cache as Windows writes it",
  pure,
  () => {
    assertEquals(
      withPackageNames("// ../Cache/npm/host/a/1.0.0/b.js", "..\\Cache\\npm"),
      "// npm:a/1.0.0/b.js",
    );
  },
);

Deno.test(
  "withPackageNames() leaves the project's own files and all else alone",
  pure,
  () => {
    const bundle = [
      "// src/cli/run.ts",
      'const url = "https://npm.example/amqplib/2.3.1";',
      "// aXcache/npm/host/a/1.0.0/b.js",
    ].join("\n");
    assertEquals(withPackageNames(bundle, "a.cache/npm"), bundle);
  },
);
