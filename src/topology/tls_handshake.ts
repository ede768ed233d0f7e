import { isIP } from "node:net";
import { connect } from "node:tls";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { AmqpAddress } from "./amqp_address.ts";
import { lastingFailure } from "./amqp_failure.ts";
import { otherProtocol, type TlsOptions } from "./connection.ts";

/** What a broker has shown of itself. */
export interface Handshake {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  /** Whom the certificate is about, by its common name. */
  readonly subject: string;
  /** Until when it is valid, in milliseconds since 1970 (UTC). */
  readonly validTo: number;
}

/**
 * Makes a TLS connection to a broker's port as `openConnection` would, and ends
 * it. Whether the broker trusts our certificate shows only at the login.
 *
 * @param timeLimit How long it may take, in ms.
 * @throws {EventCounterError} 77 if the certificate is not to be trusted, 69 if
 * there is no TLS, or no answer in time.
 */
export async function shakeHands(
  address: AmqpAddress,
  tls: TlsOptions | undefined,
  timeLimit: number,
): Promise<Handshake> {
  const { hostname, port } = address;
  const done = Promise.withResolvers<Handshake>();
  const socket = connect({
    ...tls,
    host: hostname,
    port,
    rejectUnauthorized: true,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  });
  socket.on("error", done.reject);
  socket.on("secureConnect", () => {
    const { subject, valid_to } = socket.getPeerCertificate();
    done.resolve({
      protocol: socket.getProtocol() ?? "TLS",
      subject: String(subject?.CN ?? hostname),
      validTo: Date.parse(valid_to),
    });
  });
  const timer = setTimeout(
    () => done.reject(new Error(`no answer for ${timeLimit / 1000} s`)),
    timeLimit,
  );
  try {
    return await done.promise;
  } catch (error) {
    throw otherProtocol(error, address) ?? lastingFailure(error, address) ??
      new EventCounterError(
        EXIT.brokerUnreachable,
        `Cannot speak TLS with the broker at ${address.masked}: ${
          messageOf(error)
        }; check that it listens for TLS on port ${port}`,
        { cause: error },
      );
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
