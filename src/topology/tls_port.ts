import type { AmqpAddress } from "./amqp_address.ts";

/** What a client says first (AMQP 0-9-1, 4.2.2). */
const GREETING = new Uint8Array([
  ...new TextEncoder().encode("AMQP"),
  0,
  0,
  9,
  1,
]);

/** An alert of any version of TLS begins so (RFC 8446, 5.1). */
const ALERT = 21, TLS = 3;

/** How long an answer may take, in ms. */
const PATIENCE = 2_000;

/**
 * Whether a port speaks TLS: then the greeting of a client that does not is
 * answered with an alert. The connection is reset right after, and a client
 * like amqplib gets to see nothing else.
 */
export async function isTlsPort(
  { hostname, port }: AmqpAddress,
): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname, port });
    const timer = setTimeout(() => connection.close(), PATIENCE);
    try {
      await connection.write(GREETING);
      const answer = new Uint8Array(2);
      await connection.read(answer);
      return answer[0] === ALERT && answer[1] === TLS;
    } finally {
      clearTimeout(timer);
    }
  } catch {
    return false;
  }
}
