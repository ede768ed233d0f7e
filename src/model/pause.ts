import type { Clock } from "./clock.ts";

/** Settles after `milliseconds`, or as soon as the signal is aborted. */
export async function pause(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(milliseconds, resolve);
  const abort = () => resolve();
  signal.addEventListener("abort", abort);
  try {
    await promise;
  } finally {
    cancel();
    signal.removeEventListener("abort", abort);
  }
}
