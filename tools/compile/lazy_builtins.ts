/**
 * Builtin modules of Node that a bundle loads when they are first used.
 *
 * A bundle that is one file imports all of its builtin modules before its first
 * statement runs, also those that packages want for something this program
 * never asks of them. Evaluating them makes up half of a start.
 *
 * @module
 */

/** Those that take long, and of which only properties are read. */
const SLOW_DEFAULTS = ["child_process", "fs", "process"];

/** Functions of others that take long. None is a class: each is only called. */
const SLOW_FUNCTIONS: Readonly<Record<string, string>> = {
  createHash: "crypto",
};

/** How `deno bundle` makes the `require` of CommonJS modules. */
const REQUIRE =
  /^import \{ createRequire as (\w+) \} from "node:module";\n(var __require = )\1\(import\.meta\.url\);$/m;

/** The builtin modules, without the loading of `node:module`. */
const LAZY = `var __builtin = (name) => process.getBuiltinModule(name);
var __lazy = (name) => new Proxy({}, {
  get(_, key) {
    const module = __builtin(name);
    const value = module[key];
    return typeof value === "function" ? value.bind(module) : value;
  },
  has: (_, key) => key in __builtin(name),
});
`;

/**
 * Rewrites the imports of a bundle that can wait. An import that is written in
 * another way than `deno bundle` does it stays as it is.
 *
 * @param bundle The text of a bundle with no imports but of builtin modules.
 */
export function withLazyBuiltins(bundle: string): string {
  const rewritten = bundle
    .replace(REQUIRE, "$2__builtin;")
    .replaceAll(
      /^import (\w+) from "node:(\w+)";$/gm,
      (statement, name, module) =>
        SLOW_DEFAULTS.includes(module)
          ? `var ${name} = __lazy("node:${module}");`
          : statement,
    )
    .replaceAll(
      /^import \{ (\w+)(?: as (\w+))? \} from "node:(\w+)";$/gm,
      (statement, exported, local = exported, module) =>
        SLOW_FUNCTIONS[exported] === module
          ? `var ${local} = (...args) => ` +
            `__builtin("node:${module}").${exported}(...args);`
          : statement,
    );
  return rewritten === bundle ? bundle : LAZY + rewritten;
}
