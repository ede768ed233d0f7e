import type { Clock } from "./clock.ts";

/**
 * Waits for a promise, but not for ever.
 *
 * @param milliseconds The longest to wait.
 * @returns What it gives; nothing if it takes longer.
 * @throws What it throws in that time.
 */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(milliseconds, () => late.resolve(undefined));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
