/**
 * Builds executables of a program: bundles it, then compiles it for each
 * target by one of two ways.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { VERSION } from "../../src/cli/version.ts";
import { BuildError } from "./build_error.ts";
import { bundle } from "./bundle.ts";
import { compileWithDenort, DenortUnavailable } from "./denort.ts";
import { PERMISSIONS, REFUSALS } from "./permissions.ts";
import { runtimeFor } from "./runtime.ts";
import { writeSelfExtracting } from "./self_extracting.ts";
import type { Target } from "./targets.ts";

/** Permissions and the like, as flags of Deno, whatever the kind. */
export const FLAGS: readonly string[] = [...REFUSALS, ...PERMISSIONS];

/** How an executable is built. */
export const KINDS = ["denort", "self-extracting"] as const;

/** One of {@linkcode KINDS}. */
export type Kind = typeof KINDS[number];

/** What is built. */
export interface Build {
  readonly target: Target;
  /** Default: `denort`, or `self-extracting` where denort is not to be had. */
  readonly kind?: Kind | undefined;
  /** The file to write; its folder is made if missing. */
  readonly out: string;
}

/**
 * What the program becomes on a target: an executable, or the two files that
 * one without denort is made of.
 */
export type Made =
  | { readonly kind: "denort"; readonly executable: string }
  | {
    readonly kind: "self-extracting";
    /** The bundled program. */
    readonly program: string;
    /** Deno's executable for the target. */
    readonly runtime: string;
  };

/** What it is built of. */
export interface BuildSource {
  /** The entry point. */
  readonly entry: string;
  /** The `deno.json` that tells where packages come from. */
  readonly configuration: string;
  readonly commit: string;
  /** The version of Deno in self-extracting executables. */
  readonly runtimeVersion: string;
  /** Says what a person should know, a line at a time. */
  readonly tell: (line: string) => void;
}

/** A program that has been bundled and can be built for several targets. */
export class Builder implements AsyncDisposable {
  private constructor(
    private readonly source: BuildSource,
    private readonly folder: string,
  ) {}

  /**
   * Bundles a program.
   *
   * @throws {BuildError} If it cannot be bundled.
   */
  static async open(source: BuildSource): Promise<Builder> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-build-" });
    const builder = new Builder(source, folder);
    try {
      await bundle({ ...source, out: builder.program });
      return builder;
    } catch (error) {
      await builder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The path of the bundled program, until the builder is disposed. */
  get program(): string {
    return join(this.folder, "eventcounter.js");
  }

  /**
   * Builds one executable. The file appears whole, in place of an earlier one,
   * or not at all.
   *
   * @returns The kind it was built as.
   * @throws {BuildError} If it cannot be built.
   */
  async build(build: Build): Promise<Kind> {
    const made = await this.make(build, "a self-extracting executable");
    if (made.kind === "self-extracting") {
      await replace(build.out, (partial) =>
        writeSelfExtracting({
          target: build.target,
          name: "eventcounter",
          version: VERSION,
          program: made.program,
          runtime: made.runtime,
          flags: FLAGS,
          out: partial,
        }));
    }
    return made.kind;
  }

  /**
   * Compiles the program by denort into `out`, or finds what stands in for it;
   * that stays where it is until the builder is disposed.
   *
   * @param substitute What is built without denort, as a person is told.
   * @throws {BuildError} If neither is possible.
   */
  async make(
    { target, kind, out }: Build,
    substitute: string,
  ): Promise<Made> {
    await makeFolder(dirname(out));
    if (kind !== "self-extracting") {
      try {
        await replace(out, (partial) =>
          compileWithDenort({
            target,
            program: this.program,
            flags: FLAGS,
            out: partial,
          }));
        return { kind: "denort", executable: out };
      } catch (error) {
        if (kind === "denort" || !(error instanceof DenortUnavailable)) {
          throw error;
        }
        this.source.tell(`${error.message}; building ${substitute} instead`);
      }
    }
    return {
      kind: "self-extracting",
      program: this.program,
      runtime: await this.#runtimeFor(target),
    };
  }

  async #runtimeFor(target: Target): Promise<string> {
    // Nothing is built for it from the npm package, so none is downloaded.
    if (target.os === "windows") return "";
    const folder = join(this.folder, target.name);
    return await runtimeFor(target, this.source.runtimeVersion, folder);
  }

  /** Removes the bundle. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/**
 * Writes a file beside its place and puts it there when it is whole: `deno
 * compile` overwrites no file that it did not make, and an executable that runs
 * cannot be written to.
 */
async function replace(
  path: string,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = join(dirname(path), `.partial-${basename(path)}`);
  await removeIfThere(partial);
  try {
    await write(partial);
    await Deno.rename(partial, path);
  } finally {
    await removeIfThere(partial);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new BuildError(
      `Cannot make the folder "${folder}": ${
        error instanceof Error ? error.message : error
      }; choose another with --out`,
    );
  }
}
