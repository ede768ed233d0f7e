import { basename, dirname, join, resolve } from "node:path";
import { COMMIT_VARIABLE } from "../../src/cli/version.ts";
import { lastLine, run, ToolError } from "../tool.ts";

/** What is bundled. */
export interface BundleOptions {
  /** The entry point. */
  readonly entry: string;
  /** The `deno.json` that tells where packages come from. */
  readonly configuration: string;
  /** The commit that `--version` tells. */
  readonly commit: string;
  /** The folder to make. */
  readonly out: string;
}

/** The file of a bundled program that is run. */
export const MAIN = "main.js";

/**
 * Bundles a program with all its packages into a folder of JavaScript files,
 * {@linkcode MAIN} and the parts that are loaded only when they are used. The
 * same sources give the same bytes: the comments in which the bundler names
 * this machine's folders are minified away, and the names that it makes of them
 * are replaced.
 *
 * @throws {ToolError} If `deno bundle` fails.
 */
export async function bundle(options: BundleOptions): Promise<void> {
  const { entry, out, commit } = options;
  const ended = await run(Deno.execPath(), [
    ...["bundle", "--quiet", "--minify", "--code-splitting"],
    ...["-c", resolve(options.configuration), "--outdir", out, entry],
  ], { cwd: dirname(entry) });
  if (ended.code !== 0) {
    throw new ToolError(
      `Cannot bundle "${entry}": ${lastLine(ended)}; see whether ` +
        "deno task check passes",
    );
  }
  await nameParts(out, basename(entry).replace(/ts$/, "js"));
  const main = join(out, MAIN);
  const banner = `globalThis.${COMMIT_VARIABLE}=${JSON.stringify(commit)};\n`;
  await Deno.writeTextFile(main, banner + await Deno.readTextFile(main));
}

/** Names the files of a bundle in the order in which they are imported. */
async function nameParts(folder: string, main: string): Promise<void> {
  const code = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    code.set(name, await Deno.readTextFile(join(folder, name)));
  }
  const names = new Map<string, string>();
  const visit = (name: string) => {
    if (names.has(name) || !code.has(name)) return;
    names.set(name, names.size === 0 ? MAIN : `part${names.size}.js`);
    for (const [, imported] of code.get(name)!.matchAll(IMPORT)) {
      visit(imported!);
    }
  };
  visit(main);
  for (const name of code.keys()) await Deno.remove(join(folder, name));
  for (const [name, part] of names) {
    const renamed = code.get(name)!.replaceAll(
      IMPORT,
      (text, imported) =>
        names.has(imported) ? `"./${names.get(imported)}"` : text,
    );
    await Deno.writeTextFile(join(folder, part), renamed);
  }
}

/** How a file of a bundle names another one. */
const IMPORT = /"\.\/([\w-]+\.js)"/g;

/**
 * The commit of a working tree, shortened; with "-dirty" behind it if tracked
 * files differ from it, "unknown" where there is no repository.
 */
export async function commitOf(folder: string): Promise<string> {
  const { code, stdout } = await run("git", [
    ...["-C", folder, "describe", "--always", "--dirty", "--exclude=*"],
    "--abbrev=12",
  ]);
  return code === 0 ? stdout.trim() : "unknown";
}
