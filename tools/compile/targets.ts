/**
 * The systems that executables are built for.
 *
 * @module
 */
import { BuildError, UsageError } from "./build_error.ts";

/** One system that an executable can be built for. */
export interface Target {
  /** Its name as `deno compile --target` takes it. */
  readonly name: string;
  /** What `Deno.build` says there. */
  readonly os: string;
  readonly arch: string;
  /** The npm package with Deno for it. */
  readonly runtimePackage: string;
  /** What an executable's name ends with there. */
  readonly suffix: string;
}

/** Every system that executables are built for. */
export const TARGETS: readonly Target[] = [
  target("x86_64-unknown-linux-gnu", "linux", "x86_64", "linux-x64-glibc"),
  target("aarch64-unknown-linux-gnu", "linux", "aarch64", "linux-arm64-glibc"),
  target("x86_64-apple-darwin", "darwin", "x86_64", "darwin-x64"),
  target("aarch64-apple-darwin", "darwin", "aarch64", "darwin-arm64"),
  target("x86_64-pc-windows-msvc", "windows", "x86_64", "win32-x64", ".exe"),
];

/** The name of the executable for a target, in the folder with all of them. */
export function executableFor({ name, suffix }: Target): string {
  return `eventcounter-${name}${suffix}`;
}

/**
 * Finds a target by its name.
 *
 * @throws {UsageError} If nothing is built for it.
 */
export function targetNamed(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot build for "${name}": --target must be one of ${
      TARGETS.map((target) => target.name).join(", ")
    }`,
  );
}

/**
 * The system this program runs on.
 *
 * @throws {BuildError} If nothing is built for it.
 */
export function hostTarget(): Target {
  const { os, arch } = Deno.build;
  const found = TARGETS.find((each) => each.os === os && each.arch === arch);
  if (found !== undefined) return found;
  throw new BuildError(
    `Cannot build for this system (${os} ${arch}): name another with --target`,
  );
}

/**
 * Tells by its first bytes which system an executable is for.
 *
 * @param head At least its first 512 bytes.
 * @returns `undefined` if it is for none of the targets.
 */
export function targetOfExecutable(
  head: Uint8Array<ArrayBuffer>,
): Target | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const named = (os: string, arch: string | undefined) =>
    TARGETS.find((each) => each.os === os && each.arch === arch);
  if (head.length < 64) return undefined;
  // ELF: the machine is at 18. Mach-O, 64 bits: the processor is at 4.
  if (view.getUint32(0) === 0x7f454c46) {
    return named("linux", ELF_MACHINES[view.getUint16(18, true)]);
  }
  if (view.getUint32(0, true) === 0xfeedfacf) {
    return named("darwin", MACH_PROCESSORS[view.getUint32(4, true)]);
  }
  return view.getUint16(0) === 0x4d5a ? named("windows", "x86_64") : undefined;
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
  62: "x86_64",
  183: "aarch64",
};

const MACH_PROCESSORS: Readonly<Record<number, string>> = {
  0x01000007: "x86_64",
  0x0100000c: "aarch64",
};

function target(
  name: string,
  os: string,
  arch: string,
  runtime: string,
  suffix = "",
): Target {
  return { name, os, arch, runtimePackage: `@deno/${runtime}`, suffix };
}
