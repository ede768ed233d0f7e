import { settle } from "./fake_clock.ts";

/**
 * Runs something and gives back the reasons of the promises that were rejected
 * meanwhile with nobody listening: outside a test, each would end the program.
 */
export async function unhandledRejectionsOf(
  run: () => void | Promise<void>,
): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  try {
    await run();
    await settle();
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
  return reasons;
}
