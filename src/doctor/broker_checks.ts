import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { ChannelModel } from "amqplib";
import type { Clock } from "../model/clock.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import { isAboutVhost } from "../topology/amqp_failure.ts";
import { Attempts } from "../topology/attempts.ts";
import {
  dropConnection,
  openConnection,
  protocolFailure,
  type TlsOptions,
} from "../topology/connection.ts";
import { shakeHands } from "../topology/tls_handshake.ts";
import { isTlsPort } from "../topology/tls_port.ts";
import type { Examination, Finding } from "../inspect/examination.ts";
import { moment } from "../model/words.ts";

/** How long a port may take to answer, in ms. */
const PATIENCE = 10_000;

/** A certificate that is valid for less than this, in ms, is worth a word. */
const SOON = 14 * 24 * 3_600_000;

/** The broker to look at. */
export interface BrokerTarget {
  readonly address: AmqpAddress;
  readonly tls?: TlsOptions | undefined;
  /** How long to try for the connection, in ms. */
  readonly connectTimeout: number;
  readonly clock: Clock;
}

/**
 * Checks the way to a broker, from its name to its virtual host.
 *
 * @returns A connection to it, which the caller closes; nothing if there is no
 * way.
 */
export async function examineBroker(
  examination: Examination,
  target: BrokerTarget,
): Promise<ChannelModel | undefined> {
  const { address } = target;
  const { username, vhost } = address;
  await examination.check("name", [], () => resolveName(address));
  await examination.check("port", ["name"], () => knock(target));
  await examination.check("TLS", ["port"], () => lookAtTls(target));
  let refusal: unknown;
  const connection = await examination.check("login", ["TLS"], async () => {
    try {
      return loggedIn(address, await open(target));
    } catch (error) {
      // It opens the virtual host only for those whom it has let in.
      if (!isAboutVhost(error)) throw error;
      refusal = error;
      return { found: `user "${username}" is let in` };
    }
  });
  await examination.check("virtual host", ["login"], () => {
    if (refusal !== undefined) throw refusal;
    return { found: `"${vhost}" is open to user "${username}"` };
  });
  return connection;
}

async function resolveName({ hostname }: AmqpAddress): Promise<Finding> {
  if (isIP(hostname) !== 0) return { found: `${hostname} is an address` };
  try {
    const addresses = (await lookup(hostname, { all: true }))
      .map(({ address }) => address);
    const found = `${hostname} is ${addresses.join(" and ")}`;
    return { found, facts: { hostname, addresses } };
  } catch (error) {
    throw new EventCounterError(
      EXIT.brokerUnreachable,
      `Cannot find host "${hostname}": ${messageOf(error)}; ` +
        "check the host in the AMQP URL, and this machine's name server",
      { cause: error },
    );
  }
}

async function knock(
  { address: { hostname, port }, connectTimeout }: BrokerTarget,
): Promise<Finding> {
  const patience = Math.min(connectTimeout, PATIENCE);
  const signal = AbortSignal.timeout(patience);
  try {
    using _ = await Deno.connect({ hostname, port, signal });
    return { found: `${port} is open`, facts: { port } };
  } catch (error) {
    const why = signal.aborted
      ? `no answer for ${patience / 1000} s`
      : messageOf(error);
    throw new EventCounterError(
      EXIT.brokerUnreachable,
      `Cannot reach port ${port} of "${hostname}": ${why}; check that the ` +
        "broker runs there, and that no firewall is in between",
      { cause: error },
    );
  }
}

async function lookAtTls(
  { address, tls, connectTimeout, clock }: BrokerTarget,
): Promise<Finding> {
  if (address.protocol === "amqp") {
    if (await isTlsPort(address)) {
      throw protocolFailure("speaks", "amqps", address);
    }
    return { found: "not asked for: the URL begins with amqp://" };
  }
  const patience = Math.min(connectTimeout, PATIENCE);
  const { protocol, subject, validTo } = await shakeHands(
    address,
    tls,
    patience,
  );
  return {
    found: `${protocol}, the certificate of "${subject}" is valid until ${
      moment(validTo)
    }`,
    warn: validTo - clock.now() < SOON,
    facts: { protocol, subject, validTo: new Date(validTo).toISOString() },
  };
}

async function open(
  { address, tls, connectTimeout, clock }: BrokerTarget,
): Promise<ChannelModel> {
  const attempts = new Attempts({
    address,
    timeLimit: connectTimeout,
    option: "--connect-timeout",
    clock,
  });
  const connection = await attempts.succeed(
    (timeLeft) => openConnection(address, tls, timeLeft),
    dropConnection,
    new AbortController().signal,
  );
  return connection!;
}

function loggedIn(
  { username }: AmqpAddress,
  connection: ChannelModel,
): Finding<ChannelModel> {
  const { product, version } = connection.connection.serverProperties;
  return {
    found: `user "${username}" is let in by ${product} ${version}`,
    facts: { username, product, version },
    value: connection,
  };
}
