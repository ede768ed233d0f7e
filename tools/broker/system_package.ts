/**
 * Installs a package of this system, if that is possible: as root on Debian or
 * Ubuntu, after saying so, unless `EVENTCOUNTER_NO_INSTALL` is `1`.
 *
 * @param name The package, for example `rabbitmq-server`.
 * @param product What it brings, in the words of a human.
 * @param say Takes a line for a human.
 * @returns Whether it is installed now.
 */
export async function installPackage(
  name: string,
  product: string,
  say: (line: string) => void,
): Promise<boolean> {
  if (!await canInstall()) return false;
  say(
    `${product} is missing: installing this system's package ${name} with ` +
      "apt-get (EVENTCOUNTER_NO_INSTALL=1 forbids it)",
  );
  // Test processes that run side by side install one after the other.
  using lock = await Deno.open(LOCK, { create: true, write: true });
  await lock.lock(true);
  const install = ["install", "-y", "--no-install-recommends", name];
  if ((await aptGet(...install)).success) return true;
  // A new machine has no lists of packages, and an old one old lists. Lists
  // that are only partly fresh are usually good enough.
  await aptGet("update");
  const { success, lastLine } = await aptGet(...install);
  if (!success) say(`Cannot install ${name}: ${lastLine}`);
  return success;
}

const LOCK = "/var/lock/eventcounter-apt.lock";

/** Whether there is a file, not a folder. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function canInstall(): Promise<boolean> {
  if (Deno.env.get("EVENTCOUNTER_NO_INSTALL") === "1") return false;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  if (!await isFile("/usr/bin/apt-get")) return false;
  if (!await isFile("/etc/os-release")) return false;
  const system = await Deno.readTextFile("/etc/os-release");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(system);
}

async function aptGet(
  ...args: string[]
): Promise<{ success: boolean; lastLine: string }> {
  const { success, stdout, stderr } = await new Deno.Command("apt-get", {
    // Somebody else's apt-get may be at work.
    args: [...args, "-o", "DPkg::Lock::Timeout=300"],
    env: {
      DEBIAN_FRONTEND: "noninteractive",
      // The package would start the machine's own server, on its usual port.
      // The first holds that back where systemd is installed but does not run,
      // the second where it does. Nothing here relies on it.
      RUNLEVEL: "1",
      SYSTEMD_OFFLINE: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout) + decoder.decode(stderr);
  return { success, lastLine: said.trim().split("\n").at(-1) ?? "" };
}
