import { dirname, resolve } from "node:path";
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
  /** The file to write. */
  readonly out: string;
}

/**
 * Bundles a program with all its packages into one JavaScript file. The same
 * sources give the same bytes: the comments in which the bundler names this
 * machine's folders are minified away.
 *
 * @throws {ToolError} If `deno bundle` fails.
 */
export async function bundle(options: BundleOptions): Promise<void> {
  const { entry, out, commit } = options;
  const ended = await run(Deno.execPath(), [
    ...["bundle", "--quiet", "--minify", "-c", resolve(options.configuration)],
    ...["-o", out, entry],
  ], { cwd: dirname(entry) });
  if (ended.code !== 0) {
    throw new ToolError(
      `Cannot bundle "${entry}": ${lastLine(ended)}; see whether ` +
        "deno task check passes",
    );
  }
  const banner = `globalThis.${COMMIT_VARIABLE}=${JSON.stringify(commit)};\n`;
  await Deno.writeTextFile(out, banner + await Deno.readTextFile(out));
}

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
