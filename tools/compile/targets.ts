import { ToolError } from "../tool.ts";

/** One system that an executable can be built for. */
export interface Target {
  /** Its name as `deno compile --target` takes it. */
  readonly name: string;
  /** The npm package with Deno for it. */
  readonly runtimePackage: string;
  /** What an executable's name ends with there. */
  readonly suffix: "" | ".exe";
}

/** Every system that executables are built for. */
export const TARGETS: readonly Target[] = [
  target("x86_64-unknown-linux-gnu", "linux-x64-glibc"),
  target("aarch64-unknown-linux-gnu", "linux-arm64-glibc"),
  target("x86_64-apple-darwin", "darwin-x64"),
  target("aarch64-apple-darwin", "darwin-arm64"),
  target("x86_64-pc-windows-msvc", "win32-x64", ".exe"),
];

function target(
  name: string,
  runtime: string,
  suffix: Target["suffix"] = "",
): Target {
  return { name, runtimePackage: `@deno/${runtime}`, suffix };
}

/** The system this program runs on, as `deno compile --target` names it. */
export const HOST: string = Deno.build.target;

/** The name of the executable for a target, in the folder with all of them. */
export function executableFor({ name, suffix }: Target): string {
  return `eventcounter-${name}${suffix}`;
}

/**
 * Finds a target by its name.
 *
 * @throws {ToolError} With code 2 if nothing is built for it.
 */
export function targetNamed(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new ToolError(
    `Cannot build for "${name}": --target must be one of ${
      TARGETS.map((target) => target.name).join(", ")
    }`,
    2,
  );
}
