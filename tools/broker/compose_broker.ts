import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitForLogin } from "./amqp_login.ts";
import { type Broker, BrokerUnavailableError } from "./broker.ts";
import { findFreePort } from "./free_port.ts";
import { GuardedProcess } from "./guarded_process.ts";

/** How long a Docker engine may take to answer, in ms. */
const ENGINE_LIMIT = 10_000;

/** How long until the first login, in ms: the image may have to come first. */
const START_LIMIT = 600_000;

const COMPOSE_FILE = fileURLToPath(
  new URL("../../docker-compose.yml", import.meta.url),
);

/**
 * `$0` the project's name, `$1` the Compose file. Runs the container until it
 * ends or a TERM comes, then deletes it with its data: the guard of a killed
 * tool sends that TERM as well.
 */
const CONTAINER_SCRIPT = `
docker compose -p "$0" -f "$1" up --no-color rabbitmq &
up=$!
trap 'kill -s TERM "$up"' TERM
while kill -s 0 "$up" 2>/dev/null; do wait "$up"; done
docker compose -p "$0" -f "$1" down --volumes
`;

/** Whether there is Docker Compose, and an engine that answers it within 10 s. */
export async function composeAnswers(): Promise<boolean> {
  return await succeeds("compose", "version") &&
    await succeeds("info", "--format", "{{.ServerVersion}}");
}

async function succeeds(...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("docker", {
      args,
      stdin: "null",
      signal: AbortSignal.timeout(ENGINE_LIMIT),
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The service `rabbitmq` of the repository's `docker-compose.yml`, as a project
 * of its own with ports and data of its own: a broker that somebody runs from
 * the same file is not touched.
 */
export class ComposeBroker implements Broker {
  readonly origin = "compose";
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #container: GuardedProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#port = findFreePort();
    this.url = `amqp://eventcounter:eventcounter@127.0.0.1:${this.#port}`;
  }

  /**
   * Starts a container, and fetches its image first where that is missing.
   *
   * @throws {BrokerUnavailableError} If it accepts no login within 10 minutes,
   * or ends before.
   */
  static async launch(): Promise<ComposeBroker> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter_compose_" });
    const broker = new ComposeBroker(folder);
    try {
      await broker.#start();
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** Ends the container and deletes it with its data. Safe to repeat. */
  async stop(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    this.#container = undefined;
    await container.end("TERM");
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** The same as {@linkcode ComposeBroker.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    const log = join(this.#folder, "compose.log");
    const container = await GuardedProcess.start({
      program: "sh",
      args: [
        "-c",
        CONTAINER_SCRIPT,
        `eventcounter-broker-${this.#port}`,
        COMPOSE_FILE,
      ],
      environment: {
        ...Deno.env.toObject(),
        EVENTCOUNTER_AMQP_PORT: String(this.#port),
        EVENTCOUNTER_MANAGEMENT_PORT: String(findFreePort()),
      },
      folder: this.#folder,
      log,
      orphanSignal: "TERM",
      orphanFolder: this.#folder,
    });
    this.#container = container;
    const goOn = () => container.running;
    if (await waitForLogin(this.url, START_LIMIT, goOn)) return;
    const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
    throw new BrokerUnavailableError(
      "Cannot start RabbitMQ with Docker Compose; its last lines:\n" +
        lines.slice(-15).join("\n"),
    );
  }
}
