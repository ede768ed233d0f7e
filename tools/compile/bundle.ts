/**
 * The program as one JavaScript file.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";
import { COMMIT_VARIABLE } from "../../src/cli/version.ts";
import { BuildError } from "./build_error.ts";
import { withLazyBuiltins } from "./lazy_builtins.ts";
import { withPackageNames } from "./package_paths.ts";
import { runCommand, telling } from "./run_command.ts";

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
 * Bundles a program with all its packages.
 *
 * @throws {BuildError} If `deno bundle` fails.
 */
export async function bundle(options: BundleOptions): Promise<void> {
  // Deno names the files in a bundle as they are seen from where it runs.
  const cwd = dirname(options.entry);
  const { code, stderr } = await runCommand(Deno.execPath(), [
    ...["bundle", "--quiet", "-c", resolve(options.configuration)],
    ...["-o", options.out, options.entry],
  ], { cwd });
  if (code !== 0) {
    throw new BuildError(
      `Cannot bundle "${options.entry}": ${telling(stderr)}; ` +
        "see whether deno task check passes",
    );
  }
  const banner = `globalThis.${COMMIT_VARIABLE} = ${
    JSON.stringify(options.commit)
  };\n`;
  const text = withPackageNames(
    await Deno.readTextFile(options.out),
    relative(cwd, await packageCache()),
  );
  await Deno.writeTextFile(options.out, banner + withLazyBuiltins(text));
}

/** Where Deno keeps npm packages. */
async function packageCache(): Promise<string> {
  const { stdout } = await runCommand(Deno.execPath(), [
    ...["info", "--json", "--no-config"],
  ]);
  return JSON.parse(stdout).npmCache;
}

/**
 * The commit of a working tree, shortened; with "-dirty" behind it if tracked
 * files differ from it, "unknown" where there is no repository.
 */
export async function commitOf(folder: string): Promise<string> {
  const git = (...args: string[]) => runCommand("git", ["-C", folder, ...args]);
  const head = await git("rev-parse", "--short=12", "HEAD");
  if (head.code !== 0) return "unknown";
  const changes = await git("status", "--porcelain", "--untracked-files=no");
  return head.stdout.trim() + (changes.stdout.trim() === "" ? "" : "-dirty");
}
