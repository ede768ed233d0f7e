/**
 * An executable by `deno compile`: the denort runtime with the program in it.
 *
 * @module
 */
import { BuildError } from "./build_error.ts";
import { runCommand, telling } from "./run_command.ts";
import { hostTarget, type Target, targetOfExecutable } from "./targets.ts";

/** The variable with the path of a denort, in place of the download. */
export const DENORT_VARIABLE = "DENORT_BIN";

/** How long the download of denort may take, in ms. */
const TIMEOUT_MS = 300_000;

/** The denort runtime could not be downloaded. */
export class DenortUnavailable extends BuildError {
  /** Tells it from other errors. */
  override readonly name = "DenortUnavailable";
}

/** What `deno compile` makes an executable of. */
export interface DenortParts {
  readonly target: Target;
  /** The bundled program. */
  readonly program: string;
  /** Permissions and the like, as flags of `deno compile`. */
  readonly flags: readonly string[];
  /** The file to write. */
  readonly out: string;
}

/**
 * Compiles a program. A denort that `DENORT_BIN` names is used for the target
 * it was built for, and the download for the others.
 *
 * @throws {DenortUnavailable} If denort cannot be downloaded.
 * @throws {BuildError} If `DENORT_BIN` is of no use or `deno compile` fails.
 */
export async function compileWithDenort(parts: DenortParts): Promise<void> {
  const given = await givenDenort();
  const isGiven = given?.target === parts.target;
  const { [DENORT_VARIABLE]: _, ...others } = Deno.env.toObject();
  const { code, stderr } = await runCommand(Deno.execPath(), [
    ...["compile", "--no-config", "--no-lock", "--no-check"],
    ...["--no-remote", "--no-npm"],
    ...["--target", parts.target.name, "--output", parts.out],
    ...parts.flags,
    parts.program,
  ], {
    clearEnv: true,
    env: isGiven ? { ...others, [DENORT_VARIABLE]: given.path } : others,
    timeout: TIMEOUT_MS,
  });
  if (code === 0) {
    if (isGiven) await check(parts, given.path);
    return;
  }
  const isDownload = code === 143 ||
    /base binary|denort|sending request|download/i.test(stderr);
  const what = `for ${parts.target.name}: ${
    code === 143 ? `it took over ${TIMEOUT_MS / 1_000} s` : telling(stderr)
  }`;
  if (isGiven) {
    throw new BuildError(
      `Cannot use ${DENORT_VARIABLE} (${given.path}) ${what}`,
    );
  }
  throw isDownload
    ? new DenortUnavailable(`Cannot download the denort runtime ${what}`)
    : new BuildError(`Cannot compile ${what}`);
}

/** Deno itself as `DENORT_BIN` also gives an executable: one that is Deno. */
async function check({ target, out }: DenortParts, given: string) {
  if (target !== hostTarget()) return;
  const { code, stdout, stderr } = await runCommand(out, ["--version"]);
  if (code === 0 && !/^deno \d/.test(stdout)) return;
  await Deno.remove(out);
  throw new BuildError(
    `Cannot use ${DENORT_VARIABLE} (${given}): what is made with it ` +
      `does not run the program but says "${
        telling(stderr + stdout)
      }"; give the denort of Deno ${Deno.version.deno}`,
  );
}

async function givenDenort(): Promise<
  { path: string; target: Target } | undefined
> {
  const path = Deno.env.get(DENORT_VARIABLE);
  if (path === undefined || path === "") return undefined;
  let target: Target | undefined;
  try {
    using file = await Deno.open(path);
    const head = new Uint8Array(512);
    await file.read(head);
    target = targetOfExecutable(head);
  } catch (error) {
    throw new BuildError(
      `Cannot read ${DENORT_VARIABLE} (${path}): ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
  if (target !== undefined) return { path, target };
  throw new BuildError(
    `Cannot use ${DENORT_VARIABLE} (${path}): it is no executable for any ` +
      "known target; give a denort, or unset it",
  );
}
