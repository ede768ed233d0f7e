import { basename, dirname, join } from "node:path";
import { ToolError } from "../tool.ts";
import { compileWithDenort, DENORT_VARIABLE } from "./denort.ts";
import { writeSelfExtracting } from "./self_extracting.ts";
import { HOST, type Target } from "./targets.ts";

/** How an executable is built. */
export const KINDS = ["denort", "self-extracting"] as const;

/** One of {@linkcode KINDS}. */
export type Kind = typeof KINDS[number];

/** What is built, and of what. */
export interface Build {
  readonly target: Target;
  /** The folder of the bundled program. */
  readonly program: string;
  /** The version of Deno in self-extracting executables. */
  readonly runtimeVersion: string;
  /** A folder for what is downloaded. */
  readonly folder: string;
  /** The file to write; its folder is made if missing. */
  readonly out: string;
}

/** How each kind is built. */
const WRITERS: Readonly<Record<Kind, (build: Build) => Promise<void>>> = {
  "denort": compileWithDenort,
  "self-extracting": writeSelfExtracting,
};

/**
 * Builds one executable. The file appears whole, in place of an earlier one, or
 * not at all.
 *
 * @throws {ToolError} If it cannot be built.
 */
export async function buildExecutable(
  kind: Kind,
  build: Build,
): Promise<void> {
  const folder = dirname(build.out);
  // Beside its place: `deno compile` overwrites no file that it did not make,
  // and an executable that runs cannot be written to.
  const partial = join(folder, `.partial-${basename(build.out)}`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    await WRITERS[kind]({ ...build, out: partial });
    await Deno.rename(partial, build.out);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw new ToolError(
      `Cannot write "${build.out}": ${
        error instanceof Error ? error.message : error
      }; choose another place with --out`,
    );
  } finally {
    await Deno.remove(partial).catch(() => {/* It has its name, or failed. */});
  }
}

/**
 * Builds by denort, or else the way that needs no download from Deno's server,
 * after saying so.
 *
 * @returns What was built.
 * @throws {ToolError} If neither is possible, or `DENORT_BIN` is of no use.
 */
export async function buildEitherWay<Substitute>(
  build: Build,
  substitute: () => Promise<Substitute>,
): Promise<"denort" | Substitute> {
  try {
    await buildExecutable("denort", build);
    return "denort";
  } catch (error) {
    const isGiven = Deno.env.get(DENORT_VARIABLE) && build.target.name === HOST;
    if (!(error instanceof ToolError) || isGiven) throw error;
    console.error(`${error.message}; taking the runtime from npm instead`);
    return await substitute();
  }
}
