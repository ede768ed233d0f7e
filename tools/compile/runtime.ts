/**
 * Deno's executable for a target, out of the npm package that brings it.
 *
 * @module
 */
import { join } from "node:path";
import { BuildError } from "./build_error.ts";
import { runCommand, telling } from "./run_command.ts";
import { hostTarget, type Target } from "./targets.ts";

/**
 * Finds the runtime of a target, and takes it from npm if it is not at hand.
 *
 * @param version Deno's version.
 * @param folder A temporary folder to put it in.
 * @returns The path of the executable.
 * @throws {BuildError} If npm does not have it.
 */
export async function runtimeFor(
  target: Target,
  version: string,
  folder: string,
): Promise<string> {
  // Where Deno came from npm, its executable is the one in the package.
  const running = await Deno.realPath(Deno.execPath());
  const isRunning = target === hostTarget() && version === Deno.version.deno;
  if (isRunning && /[\\/]node_modules[\\/]/.test(running)) return running;

  const path = `${target.runtimePackage}@${version}`;
  // Deno fetches npm packages itself, from the registry it is set up for, and
  // keeps them in its cache. A folder of its own: no configuration is found.
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "deno.json"), "{}");
  const { code, stderr } = await runCommand(Deno.execPath(), [
    ...["cache", "--quiet", "--no-lock", "--node-modules-dir=auto"],
    `npm:${path}`,
  ], { cwd: folder });
  if (code === 0) {
    const file = target.os === "windows" ? "deno.exe" : "deno";
    return join(folder, "node_modules", target.runtimePackage, file);
  }
  throw new BuildError(
    `Cannot get the runtime for ${target.name} from npm (${path}): ${
      telling(stderr)
    }; choose a version that the registry has with --runtime-version`,
  );
}
