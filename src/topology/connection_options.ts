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

/**
 * What amqplib needs to connect. The broker's certificate is always checked,
 * against its name as well.
 *
 * @param timeout How long one attempt may take, in ms.
 */
export function connectionOptions(
  address: AmqpAddress,
  tls: TlsOptions | undefined,
  timeout: number,
) {
  return {
    noDelay: true,
    timeout,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(address.protocol === "amqps" ? tls : {}),
  };
}
