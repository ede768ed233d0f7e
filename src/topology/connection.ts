import type { Channel, ChannelModel } from "amqplib";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { AmqpAddress } from "./amqp_address.ts";
import { isTlsPort } from "./tls_port.ts";

/** Certificates for `amqps`, as PEM texts. */
export interface TlsOptions {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string;
  /** The client's own certificate, with its chain. */
  readonly cert?: string;
  /** The private key of {@linkcode cert}. */
  readonly key?: string;
}

/** How long a broker may be silent while a connection is opened, in ms. */
const SILENCE = 10_000;

/**
 * Opens a connection. The broker's certificate is always checked, against its
 * name as well.
 *
 * @param timeLeft How long it may take at most, in ms.
 * @throws amqplib's error.
 * @throws {EventCounterError} 69 if only one of the two sides speaks TLS.
 */
export async function openConnection(
  address: AmqpAddress,
  tls: TlsOptions | undefined,
  timeLeft: number,
): Promise<ChannelModel> {
  // Loaded here, since it takes longer to load than the rest of the program.
  // Of a CommonJS package, what is bundled in parts has the default alone.
  const { default: { connect } } = await import("amqplib");
  const connection = await connect({ ...address }, {
    noDelay: true,
    timeout: Math.min(timeLeft, SILENCE),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(address.protocol === "amqps" ? tls : {}),
  }).catch(async (error) => {
    throw await wrongProtocol(error, address) ?? error;
  });
  // Every error is followed by a close, or by a promise that fails.
  connection.on("error", () => {});
  return connection;
}

/** The error to give instead if the port speaks TLS and we do not, or we alone. */
async function wrongProtocol(
  error: unknown,
  address: AmqpAddress,
): Promise<EventCounterError | undefined> {
  if (address.protocol === "amqps") return otherProtocol(error, address);
  return /ECONNRESET/.test(messageOf(error)) && await isTlsPort(address)
    ? protocolFailure("speaks", "amqps", address, error)
    : undefined;
}

/** The error to give if a TLS handshake has failed because there is no TLS. */
export function otherProtocol(
  error: unknown,
  address: AmqpAddress,
): EventCounterError | undefined {
  // In rustls's words and in OpenSSL's.
  return /InvalidContentType|wrong version number/.test(messageOf(error))
    ? protocolFailure("does not speak", "amqp", address, error)
    : undefined;
}

/** The error to give for a port that speaks TLS, or does not, against the URL. */
export function protocolFailure(
  does: "speaks" | "does not speak",
  protocol: AmqpAddress["protocol"],
  { masked }: AmqpAddress,
  cause?: unknown,
): EventCounterError {
  return new EventCounterError(
    EXIT.brokerUnreachable,
    `Cannot reach the broker at ${masked}: its port ${does} TLS; ` +
      `give ${protocol}://, or its other port`,
    { cause },
  );
}

/** Closes a connection that nobody needs, whatever state it is in. */
export function dropConnection(connection: ChannelModel): void {
  connection.close().catch(() => {});
}

/** Closes a channel that nobody needs, whatever state it is in. */
export function dropChannel(channel: Channel): void {
  channel.close().catch(() => {});
}
