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
    await install(program, name);
  }
  assert(
    await isThere(program),
    `Cannot test with ${program}: it is missing; install ${name}`,
  );
}

/** One test process at a time: apt-get refuses to run beside another. */
async function install(program: string, name: string): Promise<void> {
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  using lock = await Deno.open(`${folder}/eventcounter-tests.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  if (await isThere(program)) return;
  console.error(`Installing ${name} with apt-get, for the tests`);
  if (await aptGet("install", name)) return;
  // A new machine may have no lists of packages, or old ones.
  await aptGet("update");
  await aptGet("install", name);
}

async function aptGet(...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("apt-get", {
      args: ["-y", "-qq", ...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    // There is none on systems that are no kin of Debian's.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function isThere(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output();
  return success;
}
