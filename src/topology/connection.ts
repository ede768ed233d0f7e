import type { Channel, ChannelModel } from "amqplib";
import type { AmqpAddress } from "./amqp_address.ts";

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
 */
export async function openConnection(
  address: AmqpAddress,
  tls: TlsOptions | undefined,
  timeLeft: number,
): Promise<ChannelModel> {
  // Loaded here, since it takes longer to load than the rest of the program.
  const { connect } = await import("amqplib");
  const connection = await connect({ ...address }, {
    noDelay: true,
    timeout: Math.min(timeLeft, SILENCE),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(address.protocol === "amqps" ? tls : {}),
  });
  // Every error is followed by a close, or by a promise that fails.
  connection.on("error", () => {});
  return connection;
}

/** Closes a connection that nobody needs, whatever state it is in. */
export function dropConnection(connection: ChannelModel): void {
  connection.close().catch(() => {});
}

/** Closes a channel that nobody needs, whatever state it is in. */
export function dropChannel(channel: Channel): void {
  channel.close().catch(() => {});
}
