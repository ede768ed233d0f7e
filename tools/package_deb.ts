/**
 * Builds a Debian package: `deno task deb`.
 *
 * Where a denort is to be had (see `tools/compile.ts`), the program in it is an
 * executable by `deno compile`; else the Deno runtime from npm, the bundled
 * program, and a script that starts it. `dpkg-deb` must be installed. The same
 * commit gives the same bytes.
 *
 * Options:
 *
 * - `--target NAME`: x86_64-unknown-linux-gnu or aarch64-unknown-linux-gnu; by
 *   default that of this machine.
 * - `--kind denort|self-extracting`: with the one or the other, or none.
 * - `--out FOLDER`: where the package goes; by default `dist`.
 * - `--compression xz|gzip`: of its content; by default xz, which is smaller.
 *   gzip is some ten times quicker to build.
 * - `--runtime-version VERSION`: of the Deno from npm; by default that of the
 *   Deno that builds.
 * - `--config PATH`: the `deno.json` that tells where packages come from.
 *
 * Its sum joins those in `SHA256SUMS` beside it. The variables `DEBFULLNAME`
 * and `DEBEMAIL` name the maintainer, by default the author of the last commit;
 * `SOURCE_DATE_EPOCH` is its date, by default that of the last commit.
 *
 * @module
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, UsageError } from "./compile/build_error.ts";
import { writeSums } from "./compile/checksums.ts";
import { oneOf, readCommandLine } from "./compile/command_line.ts";
import { Builder, type Kind, KINDS } from "./compile/executable.ts";
import { hostTarget, type Target, targetNamed } from "./compile/targets.ts";
import {
  architectureOf,
  type Compression,
  COMPRESSIONS,
  makePackage,
} from "./package_deb/package.ts";
import { provenanceOf } from "./package_deb/provenance.ts";
import { CONFIGURATIONS } from "./registry.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds the package that the command line asks for.
 *
 * @returns The exit code: 0 done, 1 it could not be built, 2 wrong usage.
 */
export async function packageDeb(args: readonly string[]): Promise<number> {
  const tell = (line: string) => console.error(line);
  try {
    const options = readOptions(args);
    const provenance = await provenanceOf(ROOT);
    await using builder = await Builder.open({
      entry: join(ROOT, "main.ts"),
      configuration: options.configuration,
      commit: provenance.commit,
      runtimeVersion: options.runtimeVersion,
      tell,
    });
    const { path, kind } = await makePackage({
      ...options,
      ...provenance,
      builder,
    });
    const { size } = await Deno.stat(path);
    console.log(
      `${relative(Deno.cwd(), path)}  ${options.target.name}, ${kind}, ` +
        `${(size / 1e6).toFixed(1)} MB`,
    );
    console.log(relative(Deno.cwd(), await writeSums([path])));
    return 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    tell(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

interface DebOptions {
  readonly target: Target;
  readonly kind: Kind | undefined;
  readonly folder: string;
  readonly compression: Compression;
  readonly runtimeVersion: string;
  readonly configuration: string;
}

function readOptions(args: readonly string[]): DebOptions {
  const { values } = readCommandLine({
    args: [...args],
    options: {
      target: { type: "string" },
      kind: { type: "string" },
      out: { type: "string" },
      "runtime-version": { type: "string" },
      compression: { type: "string" },
      config: { type: "string" },
    },
  });
  const target = values.target === undefined
    ? hostTarget()
    : targetNamed(values.target);
  architectureOf(target);
  return {
    target,
    kind: oneOf("kind", KINDS, values.kind),
    folder: values.out ?? join(ROOT, "dist"),
    compression: oneOf("compression", COMPRESSIONS, values.compression) ?? "xz",
    runtimeVersion: values["runtime-version"] ?? Deno.version.deno,
    configuration: values.config ?? join(ROOT, CONFIGURATIONS.jsr),
  };
}

if (import.meta.main) Deno.exit(await packageDeb(Deno.args));
