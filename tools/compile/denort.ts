import { join } from "node:path";
import { MAIN } from "./bundle.ts";
import { HOST } from "./targets.ts";
import { lastLine, run, ToolError } from "../tool.ts";
import { FLAGS } from "./permissions.ts";
import type { Build } from "./executable.ts";

/** How long `deno compile` may take: it downloads some 40 MB. In ms. */
const TIMEOUT = 300_000;

/** The variable with the path of a denort, in place of the download. */
export const DENORT_VARIABLE = "DENORT_BIN";

/**
 * Builds an executable by `deno compile`, of the runtime called denort with the
 * program in it. A denort that `DENORT_BIN` names is for this system alone.
 *
 * @throws {ToolError} If `deno compile` fails, or if what it made is not the
 * program: with Deno itself in the place of denort it would be Deno.
 */
export async function compileWithDenort(
  { target, program, out }: Build,
): Promise<void> {
  const isHost = target.name === HOST;
  const given = isHost ? Deno.env.get(DENORT_VARIABLE) : undefined;
  const fail = (why: string) => {
    const runtime = given ? `${DENORT_VARIABLE} (${given})` : "deno compile";
    return new ToolError(
      `Cannot build for ${target.name} by ${runtime}: ${why}`,
    );
  };
  const compiled = await run(Deno.execPath(), [
    ...["compile", "--quiet", "--no-config", "--no-lock", "--no-check"],
    ...["--no-remote", "--no-npm", "--target", target.name, "--output", out],
    ...[...FLAGS, join(program, MAIN)],
  ], { timeout: TIMEOUT, env: { [DENORT_VARIABLE]: given || undefined } });
  if (compiled.code !== 0) throw fail(lastLine(compiled));
  if (!isHost) return;
  const { stdout } = await run(out, ["--version"]);
  if (/^deno \d/.test(stdout)) {
    throw fail("what it made is Deno and not the program; give a denort");
  }
}
