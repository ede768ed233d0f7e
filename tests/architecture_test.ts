import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";
import { dirname, fromFileUrl, join, relative } from "./support/paths.ts";

const root = fromFileUrl(new URL("..", import.meta.url));

/**
 * What each folder of `src` may import besides itself. `model` is the ground,
 * stages stand on it side by side, `pipeline` wires them, `cli` runs it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  topology: ["model"],
  decode: ["model"],
  route: ["model"],
  count: ["model"],
  ledger: ["model"],
  output: ["model"],
  lifecycle: ["model"],
  source: ["model", "topology"],
  publish: ["model", "topology"],
  pipeline: [
    "model",
    "decode",
    "route",
    "count",
    "ledger",
    "lifecycle",
    "source",
  ],
  inspect: ["model", "ledger", "output"],
  metrics: ["model", "ledger", "source"],
  doctor: ["model", "topology", "source", "ledger", "output", "inspect"],
  report: ["model", "ledger"],
  cli: [
    "model",
    "decode",
    "doctor",
    "inspect",
    "ledger",
    "lifecycle",
    "metrics",
    "output",
    "pipeline",
    "publish",
    "report",
    "source",
    "topology",
  ],
};

/** Folders that reach no file, network, variable or process at all. */
const PURE = ["model", "decode", "route", "count"];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

async function sourceFiles(): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const { path } of walk(join(root, "src"), { exts: [".ts"] })) {
    const text = await Deno.readTextFile(path);
    const imports = [
      ...text.matchAll(
        /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
      ),
    ].map((match) => (match[1] ?? match[2])!);
    files.push({ path: relative(root, path), text, imports });
  }
  assert(files.length > 30, "the walk has found the sources");
  return files;
}

/** Relative imports as paths from the root. */
function localImports({ path, imports }: SourceFile): string[] {
  return imports.filter((specifier) => specifier.startsWith("."))
    .map((specifier) => join(dirname(path), specifier));
}

function folderOf(path: string): string {
  return path.split("/")[1]!;
}

Deno.test("dependencies point one way: stages do not import each other", async () => {
  const violations: string[] = [];
  for (const file of await sourceFiles()) {
    const from = folderOf(file.path);
    if (from === "mod.ts") continue;
    const allowed = MAY_IMPORT[from];
    assert(allowed !== undefined, `src/${from} has a rule here`);
    for (const target of localImports(file)) {
      const to = folderOf(target);
      const isConfiguration = target === "deno.json";
      if (to === from || allowed.includes(to) || isConfiguration) continue;
      violations.push(`${file.path} imports ${target}`);
    }
  }
  assertEquals(violations, []);
});

Deno.test("no file imports itself through others", async () => {
  const graph = new Map<string, string[]>();
  for (const file of await sourceFiles()) {
    graph.set(file.path, localImports(withoutTypeImports(file)));
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail, path].join(" -> "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  assertEquals(cycles, []);
});

/** A type that refers back (an option type, say) is no dependency at run time. */
function withoutTypeImports(file: SourceFile): SourceFile {
  const types = [...file.text.matchAll(
    /^import type [^;]*? from\s+"([^"]+)"/gms,
  )].map((match) => match[1]!);
  return {
    ...file,
    imports: file.imports.filter((specifier) => !types.includes(specifier)),
  };
}

Deno.test("packages are imported by their bare names, each listed in deno.json", async () => {
  const { imports } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  );
  const strange: string[] = [];
  for (const { path, imports: specifiers } of await sourceFiles()) {
    for (const specifier of specifiers) {
      if (specifier.startsWith(".") || specifier.startsWith("node:")) continue;
      // What a package exports besides its main module has an entry with "/".
      const folder = specifier.replace(/(?<=[^/@])\/.*/, "/");
      if (!(specifier in imports || folder in imports)) {
        strange.push(`${path}: ${specifier}`);
      }
    }
  }
  assertEquals(strange, []);
});

Deno.test("the pure folders use neither Deno nor packages", async () => {
  const impure: string[] = [];
  for (const { path, text, imports } of await sourceFiles()) {
    if (!PURE.includes(folderOf(path))) continue;
    if (/\bDeno\./.test(text)) impure.push(`${path}: Deno`);
    for (const specifier of imports) {
      // Buffers and digests compute; they reach nothing. The process gives
      // node:zlib, which does the same, when it is needed.
      const computes = ["node:buffer", "node:crypto", "node:process"]
        .includes(specifier);
      if (!specifier.startsWith(".") && !computes) {
        impure.push(`${path}: ${specifier}`);
      }
    }
  }
  assertEquals(impure, []);
});

Deno.test("only main.ts ends the process", async () => {
  const exits: string[] = [];
  for (const { path, text } of await sourceFiles()) {
    if (/Deno\.exit\(|process\.exit/.test(text)) exits.push(path);
  }
  assertEquals(exits, []);
});

Deno.test("exactly one place acks, and the checkpointer alone has it do so", async () => {
  const files = await sourceFiles();
  const acks = files.flatMap(({ path, text }) =>
    [...text.matchAll(/\.ackUpTo\(/g)].map(() => path)
  );
  assertEquals(acks, ["src/pipeline/acks.ts"]);
  const senders = files.filter(({ text }) => text.includes(".send()"));
  assertEquals(senders.map(({ path }) => path), [
    "src/pipeline/checkpointer.ts",
  ]);
});
