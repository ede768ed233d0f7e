/** What to do when the operating system asks the program to end. */
export interface SignalActions {
  /** The first signal: finish what is in hand, then end. */
  stop(signal: Deno.Signal): void;
  /**
   * A later signal: end at once.
   *
   * @param exitCode 128 + the signal's number, as shells report it.
   */
  end(exitCode: number): void;
}

/** SIGTERM does not exist on Windows; closing the console is all there is. */
const SIGNALS: ReadonlyMap<Deno.Signal, number> = Deno.build.os === "windows"
  ? new Map<Deno.Signal, number>([["SIGINT", 130], ["SIGBREAK", 149]])
  : new Map<Deno.Signal, number>([["SIGINT", 130], ["SIGTERM", 143]]);

/**
 * Listens for SIGINT and SIGTERM.
 *
 * @returns A function that stops listening.
 */
export function onSignals(actions: SignalActions): () => void {
  let asked = false;
  const listeners = [...SIGNALS].map(([signal, exitCode]) => {
    const listener = () => {
      if (asked) return actions.end(exitCode);
      asked = true;
      actions.stop(signal);
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return () => listeners.forEach((remove) => remove());
}
