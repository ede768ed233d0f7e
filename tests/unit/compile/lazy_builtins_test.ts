import { assertEquals, assertMatch } from "@std/assert";
import { withLazyBuiltins } from "../../../tools/compile/lazy_builtins.ts";

const pure = { permissions: "none" } as const;

/** Runs a bundle, with its own record of the builtins it asks for. */
function loadedBy(bundle: string): { loaded: string[]; result: unknown } {
  const loaded: string[] = [];
  const process = {
    getBuiltinModule(name: string) {
      loaded.push(name);
      return {
        name,
        whoAmI() {
          return this.name;
        },
        createHash: (kind: string) => `${kind} by ${name}`,
      };
    },
  };
  const result = new Function("process", bundle)(process);
  return { loaded, result };
}

Deno.test(
  "a slow builtin is loaded when it is first used, not before",
  pure,
  () => {
    const bundle = withLazyBuiltins(
      'import fs from "node:fs";\nimport process2 from "node:process";\n',
    );
    assertEquals(loadedBy(bundle).loaded, []);
    assertEquals(loadedBy(`${bundle}return fs.name;`), {
      loaded: ["node:fs"],
      result: "node:fs",
    });
  },
);

Deno.test("a method of a lazy builtin knows its module", pure, () => {
  const bundle = withLazyBuiltins('import os from "node:child_process";\n');
  assertEquals(
    loadedBy(`${bundle}return os.whoAmI();`).result,
    "node:child_process",
  );
  assertEquals(loadedBy(`${bundle}return "name" in os;`).result, true);
  assertEquals(loadedBy(`${bundle}return "other" in os;`).result, false);
});

Deno.test(
  "createHash is loaded when it is called, under whatever name",
  pure,
  () => {
    for (const [named, name] of [["", "createHash"], [" as hash", "hash"]]) {
      const bundle = withLazyBuiltins(
        `import { createHash${named} } from "node:crypto";\n`,
      );
      assertEquals(loadedBy(bundle).loaded, []);
      assertEquals(
        loadedBy(`${bundle}return ${name}("sha256");`).result,
        "sha256 by node:crypto",
      );
    }
  },
);

Deno.test(
  "require of CommonJS modules gives builtins without node:module",
  pure,
  () => {
    const bundle = withLazyBuiltins(
      'import { createRequire as made } from "node:module";\n' +
        "var __require = made(import.meta.url);\n",
    );
    assertEquals(loadedBy(`${bundle}return __require("node:net").name;`), {
      loaded: ["node:net"],
      result: "node:net",
    });
  },
);

Deno.test("other imports stay as they are", pure, () => {
  const others = [
    'import path from "node:path";',
    'import { EventEmitter } from "node:events";',
    'import { randomBytes } from "node:crypto";',
    'import { createHash, Hash } from "node:crypto";',
    'import { createHash } from "node:other";',
    '  import fs from "node:fs";',
    'const text = `import fs from "node:fs";`;',
    'import { createRequire as made } from "node:module";\nmade();',
  ].join("\n");
  assertEquals(withLazyBuiltins(others), others);
  // And beside one that changes.
  assertMatch(
    withLazyBuiltins(`import fs from "node:fs";\n${others}`),
    /import path from "node:path";/,
  );
});
