/**
 * Builds the program as one executable: `deno task compile`.
 *
 * It bundles `main.ts` and compiles it by `deno compile`. Where the runtime of
 * `deno compile` (denort) cannot be downloaded, it says so and builds a
 * self-extracting executable, whose runtime comes from npm. `DENORT_BIN` names
 * a denort for this system, to be used in place of the download.
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
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD_OPTIONS, kindNamed, report } from "./compile/build_options.ts";
import { bundle, commitOf } from "./compile/bundle.ts";
import { writeSums } from "./compile/checksums.ts";
import {
  type Build,
  buildEitherWay,
  buildExecutable,
  type Kind,
} from "./compile/executable.ts";
import {
  executableFor,
  HOST,
  type Target,
  targetNamed,
  TARGETS,
} from "./compile/targets.ts";
import {
  readCommandLine,
  runTool,
  TemporaryFolder,
  ToolError,
} from "./tool.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** @returns 0 done, 1 not all could be built. */
async function compile(args: string[]): Promise<number> {
  const { values } = readCommandLine({
    args,
    options: {
      ...BUILD_OPTIONS,
      all: { type: "boolean", default: false },
      commit: { type: "string" },
    },
  });
  const kind = kindNamed(values.kind);
  const wanted = outputs(values);
  await using folder = await TemporaryFolder.make();
  const program = join(folder.path, "program");
  await bundle({
    entry: join(ROOT, "main.ts"),
    configuration: values.config,
    commit: values.commit ?? await commitOf(ROOT),
    out: program,
  });
  const built: string[] = [];
  for (const { target, out } of wanted) {
    try {
      const made = await build(kind, {
        ...{ target, program, out, folder: folder.path },
        runtimeVersion: values["runtime-version"],
      });
      await report(out, made);
      built.push(out);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      console.error(error.message);
    }
  }
  if (built.length > 0) await writeSums(built);
  return built.length === wanted.length ? 0 : 1;
}

async function build(kind: Kind | undefined, build: Build): Promise<Kind> {
  const by = async (kind: Kind) => {
    await buildExecutable(kind, build);
    return kind;
  };
  if (kind !== undefined) return await by(kind);
  return await buildEitherWay(build, () => by("self-extracting"));
}

/** What is to be built, and where to. */
function outputs(
  { all, target, out }: { all: boolean; target?: string; out?: string },
): { target: Target; out: string }[] {
  const dist = join(ROOT, "dist");
  if (all && target !== undefined) {
    throw new ToolError(
      `Cannot tell what to build: --all and --target ${target} are both ` +
        "given; give one of them",
      2,
    );
  }
  if (all) {
    return TARGETS.map((target) => ({
      target,
      out: join(out ?? dist, executableFor(target)),
    }));
  }
  const found = targetNamed(target ?? HOST);
  const name = target === undefined
    ? `eventcounter${found.suffix}`
    : executableFor(found);
  return [{ target: found, out: out ?? join(dist, name) }];
}

if (import.meta.main) await runTool(compile);
