/** How often a condition is looked at, in ms. */
const INTERVAL = 20;

/**
 * Waits until a condition of the world outside holds.
 *
 * @param limit After so long, in ms, the test fails instead.
 * @throws If the limit passes, with what was waited for.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limit = 30_000,
): Promise<void> {
  const end = performance.now() + limit;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Waited ${limit / 1_000} s in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}
