import { type Clock, systemClock } from "../model/clock.ts";

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

/**
 * How long the same signal again is still the first one, in ms. A terminal
 * sends Ctrl-C to all that run in it, and a task runner among them passes it on
 * to the program, which so gets it twice; nobody types it twice that fast.
 */
export const ONE_SIGNAL = 500;

/** SIGTERM does not exist on Windows; closing the console is all there is. */
const SIGNALS: ReadonlyMap<Deno.Signal, number> = Deno.build.os === "windows"
  ? new Map<Deno.Signal, number>([["SIGINT", 130], ["SIGBREAK", 149]])
  : new Map<Deno.Signal, number>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ]);

/**
 * Listens for SIGINT, SIGTERM and SIGHUP.
 *
 * @returns A function that stops listening.
 */
export function onSignals(actions: SignalActions): () => void {
  const answer = answerSignals(actions, systemClock);
  const listeners = [...SIGNALS].map(([signal, exitCode]) => {
    const listener = () => answer(signal, exitCode);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return () => listeners.forEach((remove) => remove());
}

/**
 * Tells the first signal, with its repetitions within {@linkcode ONE_SIGNAL},
 * from a later one.
 *
 * @returns What is to be called for every signal that comes.
 */
export function answerSignals(
  actions: SignalActions,
  clock: Pick<Clock, "monotonic">,
): (signal: Deno.Signal, exitCode: number) => void {
  let first: { readonly signal: Deno.Signal; readonly at: number } | undefined;
  return (signal, exitCode) => {
    if (first === undefined) {
      first = { signal, at: clock.monotonic() };
      return actions.stop(signal);
    }
    const age = clock.monotonic() - first.at;
    if (signal !== first.signal || age >= ONE_SIGNAL) actions.end(exitCode);
  };
}
