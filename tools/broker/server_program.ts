import { BrokerUnavailableError } from "./broker.ts";

/** How to find RabbitMQ's start script, and what to do without it. */
export interface ServerProgramOptions {
  /**
   * The start script. Default: the variable `EVENTCOUNTER_RABBITMQ_SERVER`,
   * else the places where the packages of Debian, Ubuntu, Fedora and Homebrew
   * put it.
   */
  readonly program?: string;
  /** Takes a line for a human. Default: to standard error. */
  readonly say?: (line: string) => void;
}

/**
 * Not the script of the same name in the search path: in Debian's package that
 * one changes the user, for the machine's own RabbitMQ.
 */
const KNOWN_PLACES = [
  "/usr/lib/rabbitmq/bin/rabbitmq-server",
  "/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
  "/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
];

const PACKAGE = "rabbitmq-server";

/** RabbitMQ's start script, or `undefined` where it is not installed. */
export async function findServerProgram(
  { program }: ServerProgramOptions = {},
): Promise<string | undefined> {
  const chosen = program || Deno.env.get("EVENTCOUNTER_RABBITMQ_SERVER");
  for (const place of chosen ? [chosen] : KNOWN_PLACES) {
    if (await isFile(place)) return place;
  }
  return undefined;
}

/**
 * RabbitMQ's start script. Where it is missing, root on Debian or Ubuntu
 * installs the system's package, unless `EVENTCOUNTER_NO_INSTALL` is `1`.
 *
 * @throws {BrokerUnavailableError} If it is missing and cannot be installed.
 */
export async function obtainServerProgram(
  options: ServerProgramOptions = {},
): Promise<string> {
  const found = await findServerProgram(options);
  if (found !== undefined) return found;
  if (await canInstall()) {
    await install(options.say ?? console.error);
    const installed = await findServerProgram(options);
    if (installed !== undefined) return installed;
  }
  throw new BrokerUnavailableError(
    "Cannot start RabbitMQ: the program rabbitmq-server is missing; install " +
      "it (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew " +
      "install rabbitmq), start a Docker engine, or set AMQP_URL to a broker",
  );
}

async function canInstall(): Promise<boolean> {
  if (Deno.env.get("EVENTCOUNTER_NO_INSTALL") === "1") return false;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  if (!await isFile("/usr/bin/apt-get")) return false;
  if (!await isFile("/etc/os-release")) return false;
  const system = await Deno.readTextFile("/etc/os-release");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(system);
}

async function install(say: (line: string) => void): Promise<void> {
  say(
    `RabbitMQ is missing: installing this system's package ${PACKAGE} with ` +
      "apt-get (EVENTCOUNTER_NO_INSTALL=1 forbids it)",
  );
  const update = await aptGet("update");
  // Lists that are only partly fresh are usually good enough.
  if (!update.success) say(`apt-get update failed: ${update.lastLine}`);
  const installation = await aptGet(
    "install",
    "-y",
    "--no-install-recommends",
    // Another test run on this machine may be installing it right now.
    "-o",
    "DPkg::Lock::Timeout=300",
    PACKAGE,
  );
  if (installation.success) return;
  throw new BrokerUnavailableError(
    `Cannot install ${PACKAGE}: ${installation.lastLine}; install RabbitMQ ` +
      "yourself, start a Docker engine, or set AMQP_URL to a broker",
  );
}

async function aptGet(
  ...args: string[]
): Promise<{ success: boolean; lastLine: string }> {
  const { success, stdout, stderr } = await new Deno.Command("apt-get", {
    args,
    env: {
      DEBIAN_FRONTEND: "noninteractive",
      // The package would start the machine's own RabbitMQ, on port 5672. The
      // first holds that back where systemd is installed but does not run, the
      // second where it does. Nothing here relies on it.
      RUNLEVEL: "1",
      SYSTEMD_OFFLINE: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout) + decoder.decode(stderr);
  return { success, lastLine: said.trim().split("\n").at(-1) ?? "" };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
