const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 32_000;
const ATTEMPTS = 100;

/** Ports that this process has given out: they may not be in use yet. */
const givenOut = new Set<number>();

/**
 * Finds a TCP port that nothing listens on at 127.0.0.1, from 10,000 to 32,000.
 *
 * That range lies below the one that systems hand out to outgoing connections.
 * So the port of a broker that was halted is still free when it starts again,
 * and a client that keeps reconnecting to a halted broker cannot connect to
 * itself, as TCP allows where both ends get the same port. No port is given out
 * twice.
 *
 * @throws {Error} If a hundred random ports were all taken.
 */
export function findFreePort(): number {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST_PORT +
      Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (givenOut.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      givenOut.add(port);
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(
    `Cannot find a free TCP port: ${ATTEMPTS} random ones from ` +
      `${LOWEST_PORT} to ${HIGHEST_PORT} are all in use`,
  );
}
