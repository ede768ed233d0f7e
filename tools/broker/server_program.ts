import { BrokerUnavailableError } from "./broker.ts";
import { installPackage, isFile } from "./system_package.ts";

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
  const say = options.say ?? console.error;
  if (await installPackage("rabbitmq-server", "RabbitMQ", say)) {
    const installed = await findServerProgram(options);
    if (installed !== undefined) return installed;
  }
  throw new BrokerUnavailableError(
    "Cannot start RabbitMQ: the program rabbitmq-server is missing; install " +
      "it (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew " +
      "install rabbitmq), start a Docker engine, or set AMQP_URL to a broker",
  );
}
