import { assert } from "@std/assert";
import { installPackage } from "../../tools/broker/system_package.ts";

/**
 * Sees to it that a program is there. One that is missing is installed where
 * that is possible: as root on Debian and its kin, after saying so, unless
 * `EVENTCOUNTER_NO_INSTALL=1`.
 *
 * @param name Debian's package with it. Default: named as the program.
 * @throws If it is missing in the end.
 */
export async function provide(program: string, name = program): Promise<void> {
  if (await isThere(program)) return;
  await installPackage(name, program, console.error);
  assert(
    await isThere(program),
    `Cannot test with ${program}: it is missing; install ${name}`,
  );
}

async function isThere(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output();
  return success;
}
