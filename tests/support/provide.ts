import { assert } from "@std/assert";

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
  if (Deno.uid() === 0 && Deno.env.get("EVENTCOUNTER_NO_INSTALL") !== "1") {
    console.error(`Installing ${name} with apt-get, for the tests`);
    for (const args of [["update", "-qq"], ["install", "-y", "-qq", name]]) {
      await new Deno.Command("apt-get", {
        args,
        env: { DEBIAN_FRONTEND: "noninteractive" },
        stdout: "null",
      }).output().catch(() => {});
    }
  }
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
