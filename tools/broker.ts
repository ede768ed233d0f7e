/**
 * Finds a RabbitMQ or starts one, for the tests and the demo.
 *
 * As a command:
 *
 * - `tools/broker.ts run <program> <argument>…` runs the program with
 *   `AMQP_URL` set, ends what it has started, and passes the exit code on.
 * - `tools/broker.ts` starts one, prints its URL on standard output, and keeps
 *   it until Ctrl-C or SIGTERM.
 *
 * The broker is the one at `AMQP_URL` if that is set; else a private one at
 * 127.0.0.1 with free ports and a temporary folder; where RabbitMQ is not
 * installed, a container if a Docker engine answers; else, for root on Debian
 * and Ubuntu, RabbitMQ is installed with apt-get. Nothing that was started
 * outlives this process, not even if it is killed.
 *
 * | variable | meaning |
 * |---|---|
 * | `AMQP_URL` | use this broker and no other |
 * | `EVENTCOUNTER_NO_INSTALL` | `1`: install nothing |
 * | `EVENTCOUNTER_RABBITMQ_SERVER` | RabbitMQ's start script, where it is in no usual place |
 *
 * Exit codes of its own: 2 wrong usage, 69 no broker, 127 no such program.
 *
 * It needs `--allow-env --allow-net --allow-read --allow-write --allow-run
 * --allow-sys=uid`.
 *
 * @module
 */

import { maskPassword } from "../src/model/mask_password.ts";
import {
  describeLoginFailure,
  logIn,
  LOGIN_LIMIT,
} from "./broker/amqp_login.ts";
import { type Broker, BrokerUnavailableError } from "./broker/broker.ts";
import { composeAnswers, ComposeBroker } from "./broker/compose_broker.ts";
import {
  PrivateBroker,
  type PrivateBrokerSettings,
} from "./broker/private_broker.ts";
import { runProgram } from "./broker/run_program.ts";
import {
  findServerProgram,
  obtainServerProgram,
  type ServerProgramOptions,
} from "./broker/server_program.ts";

export { type Broker, BrokerUnavailableError, PrivateBroker };
export { findFreePort } from "./broker/free_port.ts";

/** Options of {@linkcode startPrivateBroker}. */
export type PrivateBrokerOptions =
  & ServerProgramOptions
  & Omit<PrivateBrokerSettings, "program">;

/**
 * The broker at `AMQP_URL` if that is set, else one of our own; see the head of
 * this file.
 *
 * @example
 * ```ts ignore
 * await using broker = await findOrStartBroker();
 * const connection = await connect(broker.url);
 * ```
 *
 * @throws {BrokerUnavailableError} If `AMQP_URL` is set and accepts no login
 * within 3 s, or if no broker can be started.
 */
export async function findOrStartBroker(
  options: ServerProgramOptions = {},
): Promise<Broker> {
  const url = Deno.env.get("AMQP_URL");
  if (url) return await givenBroker(url);
  const say = options.say ?? console.error;
  const installed = await findServerProgram(options) !== undefined;
  if (!installed && await composeAnswers()) {
    say("RabbitMQ is missing: starting one with Docker Compose");
    return await ComposeBroker.launch();
  }
  return await startPrivateBroker(options);
}

/**
 * Starts a RabbitMQ of our own at 127.0.0.1, in some 4 s. Tests can halt it,
 * kill it and start it again.
 *
 * @example
 * ```ts ignore
 * await using broker = await startPrivateBroker({
 *   configuration: ["consumer_timeout = 10000"],
 * });
 * await broker.kill();
 * await broker.start();
 * ```
 *
 * @throws {BrokerUnavailableError} If RabbitMQ is missing and cannot be
 * installed, or does not start within 60 s.
 */
export async function startPrivateBroker(
  options: PrivateBrokerOptions = {},
): Promise<PrivateBroker> {
  const program = await obtainServerProgram(options);
  return await PrivateBroker.launch({ ...options, program });
}

async function givenBroker(url: string): Promise<Broker> {
  try {
    await logIn(url);
  } catch (error) {
    throw new BrokerUnavailableError(
      `AMQP_URL is set to ${maskPassword(url)}, where no broker accepts a ` +
        `login within ${LOGIN_LIMIT / 1_000} s ` +
        `(${describeLoginFailure(error)}): start that broker, correct ` +
        "AMQP_URL, or unset it to get a private one",
    );
  }
  const nothing = () => Promise.resolve();
  return {
    url,
    origin: "given",
    stop: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}

/** Resolves at the first SIGINT or SIGTERM. */
function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    Deno.addSignalListener("SIGINT", () => resolve());
    Deno.addSignalListener("SIGTERM", () => resolve());
  });
}

async function main(args: readonly string[]): Promise<number> {
  const [verb, program, ...rest] = args;
  if (verb !== undefined && (verb !== "run" || program === undefined)) {
    console.error("Usage: tools/broker.ts [run <program> <argument>…]");
    return 2;
  }
  try {
    await using broker = await findOrStartBroker();
    if (program !== undefined) {
      return await runProgram(broker.url, program, rest);
    }
    // Whoever reads the URL may send a signal at once.
    const told = untilTold();
    console.log(broker.url);
    await told;
    return 0;
  } catch (error) {
    if (!(error instanceof BrokerUnavailableError)) throw error;
    console.error(error.message);
    return 69;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
