/**
 * Builds the program as one executable: `deno task compile`.
 *
 * It bundles `main.ts` and compiles it by `deno compile`. Where the runtime of
 * `deno compile` (denort) cannot be downloaded, it says so and builds a
 * self-extracting executable, whose runtime comes from npm. `DENORT_BIN` names
 * a denort to use in place of the download.
 *
 * Options:
 *
 * - `--target NAME`: for another system, into `dist/eventcounter-NAME`.
 * - `--all`: for every system. Where one cannot be built the others are, and
 *   the exit code is 1.
 * - `--kind denort|self-extracting`: this kind or none.
 * - `--out PATH`: the file to write; with `--all` the folder.
 * - `--runtime-version VERSION`: Deno's version in self-extracting executables;
 *   by default that of the Deno that builds.
 * - `--commit NAME`: what `--version` tells of the commit, where the sources are
 *   no repository; by default Git is asked.
 * - `--config PATH`: the `deno.json` that tells where packages come from.
 *
 * The sums of what was built are in `SHA256SUMS` beside it.
 *
 * @module
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, UsageError } from "./compile/build_error.ts";
import { commitOf } from "./compile/bundle.ts";
import { writeSums } from "./compile/checksums.ts";
import { oneOf, readCommandLine } from "./compile/command_line.ts";
import { Builder, type Kind, KINDS } from "./compile/executable.ts";
import {
  executableFor,
  hostTarget,
  type Target,
  targetNamed,
  TARGETS,
} from "./compile/targets.ts";
import { CONFIGURATIONS } from "./registry.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One executable to build. */
interface Wanted {
  readonly target: Target;
  readonly out: string;
}

/**
 * Builds what the command line asks for.
 *
 * @returns The exit code: 0 done, 1 not all could be built, 2 wrong usage.
 */
export async function compile(args: readonly string[]): Promise<number> {
  const tell = (line: string) => console.error(line);
  try {
    const options = readOptions(args);
    await using builder = await Builder.open({
      entry: join(ROOT, "main.ts"),
      configuration: options.configuration,
      commit: options.commit ?? await commitOf(ROOT),
      runtimeVersion: options.runtimeVersion,
      tell,
    });
    const built: string[] = [];
    for (const { target, out } of options.wanted) {
      try {
        const kind = await builder.build({ target, kind: options.kind, out });
        const { size } = await Deno.stat(out);
        console.log(
          `${relative(Deno.cwd(), out)}  ${target.name}, ${kind}, ` +
            `${(size / 1e6).toFixed(1)} MB`,
        );
        built.push(out);
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        tell(error.message);
      }
    }
    if (built.length > 0) {
      console.log(relative(Deno.cwd(), await writeSums(built)));
    }
    return built.length === options.wanted.length ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    tell(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

interface CompileOptions {
  readonly wanted: readonly Wanted[];
  readonly kind: Kind | undefined;
  readonly runtimeVersion: string;
  readonly commit: string | undefined;
  readonly configuration: string;
}

function readOptions(args: readonly string[]): CompileOptions {
  const { values } = readCommandLine({
    args: [...args],
    options: {
      all: { type: "boolean" },
      target: { type: "string" },
      kind: { type: "string" },
      out: { type: "string" },
      "runtime-version": { type: "string" },
      commit: { type: "string" },
      config: { type: "string" },
    },
  });
  if (values.all === true && values.target !== undefined) {
    throw new UsageError(
      `Cannot tell what to build: --all and --target ${values.target} are ` +
        "both given; give one of them",
    );
  }
  return {
    wanted: wanted(values),
    kind: oneOf("kind", KINDS, values.kind),
    runtimeVersion: values["runtime-version"] ?? Deno.version.deno,
    commit: values.commit,
    configuration: values.config ?? join(ROOT, CONFIGURATIONS.jsr),
  };
}

function wanted(
  { all, target, out }: { all?: boolean; target?: string; out?: string },
): Wanted[] {
  const dist = join(ROOT, "dist");
  const named = (folder: string, target: Target) => ({
    target,
    out: join(folder, executableFor(target)),
  });
  if (all === true) {
    return TARGETS.map((target) => named(out ?? dist, target));
  }
  if (target !== undefined) {
    const { out: usual, target: found } = named(dist, targetNamed(target));
    return [{ target: found, out: out ?? usual }];
  }
  const host = hostTarget();
  return [{
    target: host,
    out: out ?? join(dist, `eventcounter${host.suffix}`),
  }];
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
