/**
 * Makes a Debian package of a bundled program.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { VERSION } from "../../src/cli/version.ts";
import { BuildError, UsageError } from "../compile/build_error.ts";
import type { Builder, Kind } from "../compile/executable.ts";
import { runCommand, telling } from "../compile/run_command.ts";
import { type Target, TARGETS } from "../compile/targets.ts";
import { controlFiles, packageFiles } from "./contents.ts";
import { controlFile, dependencies } from "./control.ts";
import { elfNeeds } from "./elf_needs.ts";
import type { Provenance } from "./provenance.ts";
import { settle, stage } from "./staged_tree.ts";

/** How the content of a package can be compressed: small, or quickly. */
export const COMPRESSIONS = ["xz", "gzip"] as const;

/** One of {@linkcode COMPRESSIONS}. */
export type Compression = typeof COMPRESSIONS[number];

/** What is packaged. */
export interface PackageOptions extends Provenance {
  readonly builder: Builder;
  readonly target: Target;
  /** See {@linkcode Builder.make}. */
  readonly kind?: Kind | undefined;
  readonly runtimeVersion: string;
  readonly compression: Compression;
  /** The folder for the package, made if missing. */
  readonly folder: string;
}

/** A package that was made. */
export interface Packaged {
  readonly path: string;
  /** `self-extracting` where the runtime is a file of its own. */
  readonly kind: Kind;
}

/** The options of dpkg-deb that make it so. */
const COMPRESSION_OPTIONS: Readonly<Record<Compression, readonly string[]>> = {
  xz: ["-Zxz"],
  gzip: ["-Zgzip", "-z1"],
};

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
};

/**
 * Debian's name of a target's architecture.
 *
 * @throws {UsageError} If it is no Linux.
 */
export function architectureOf(target: Target): string {
  const found = ARCHITECTURES[target.arch];
  if (target.os === "linux" && found !== undefined) return found;
  throw new UsageError(
    `Cannot make a Debian package for "${target.name}": --target must be ` +
      `one of ${
        TARGETS.filter(({ os }) => os === "linux").map(({ name }) => name)
          .join(", ")
      }`,
  );
}

/**
 * Makes a package. The same parts give the same bytes.
 *
 * @throws {BuildError} If that is not possible.
 */
export async function makePackage(options: PackageOptions): Promise<Packaged> {
  const { builder, target, kind, date } = options;
  const architecture = architectureOf(target);
  await findDpkgDeb();
  await using work = await workFolder();
  const made = await builder.make(
    { target, kind, out: join(work.path, "executable") },
    "a package with the runtime from npm",
  );
  const root = join(work.path, "root");
  const { size, md5sums } = await stage(
    root,
    await packageFiles({ ...options, made, program: builder.program }),
  );
  const binary = made.kind === "denort" ? made.executable : made.runtime;
  await stage(join(root, "DEBIAN"), {
    ...await controlFiles(),
    control: {
      text: controlFile({
        version: VERSION,
        architecture,
        maintainer: options.maintainer,
        depends: ["adduser", ...await dependenciesOf(binary)],
        installedSize: size,
      }),
    },
    md5sums: { text: md5sums },
  });
  await settle(root, date);
  const path = join(
    options.folder,
    `eventcounter_${VERSION}_${architecture}.deb`,
  );
  await pack(root, path, options);
  return { path, kind: made.kind };
}

async function dependenciesOf(binary: string): Promise<string[]> {
  const needs = elfNeeds(await Deno.readFile(binary));
  if (needs !== undefined) return dependencies(needs);
  throw new BuildError(
    `Cannot read what "${binary}" needs: it is no ELF executable; ` +
      "build it for Linux",
  );
}

/** Fails before anything is downloaded if nothing can come of it. */
async function findDpkgDeb(): Promise<void> {
  const { code } = await runCommand("dpkg-deb", ["--version"]);
  if (code === 0) return;
  throw new BuildError(
    "Cannot make a Debian package: dpkg-deb is missing; install the package " +
      "dpkg, or build on Debian",
  );
}

async function pack(
  root: string,
  path: string,
  { compression, date }: PackageOptions,
): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new BuildError(
      `Cannot make the folder "${dirname(path)}": ${
        error instanceof Error ? error.message : error
      }; choose another with --out`,
    );
  }
  const { code, stderr } = await runCommand("dpkg-deb", [
    ...["--root-owner-group", ...COMPRESSION_OPTIONS[compression]],
    ...["--build", root, path],
  ], { env: { SOURCE_DATE_EPOCH: String(date.getTime() / 1_000) } });
  if (code === 0) return;
  throw new BuildError(
    `Cannot make the package "${path}": ${telling(stderr)}; ` +
      "see whether the disk is full, or choose another folder with --out",
  );
}

async function workFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "eventcounter-package-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
