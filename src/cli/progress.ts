import type { Clock } from "../model/clock.ts";
import type { StandardError } from "./stderr.ts";

/** How often the line is written anew, in ms. */
const INTERVAL = 200;

/** What the line shows. */
export interface Progress {
  readonly received: number;
  readonly unique: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/**
 * Shows a line about the run on a terminal; on anything else nothing.
 *
 * @param read What has been received so far.
 * @returns A function that takes the line away.
 */
export function showProgress(
  stderr: StandardError,
  clock: Clock,
  read: () => Progress,
): () => void {
  if (!stderr.isTerminal) return () => {};
  const started = clock.monotonic();
  let cancel = () => {};
  const show = () => {
    const seconds = (clock.monotonic() - started) / 1_000;
    stderr.showProgress(progressLine(read(), seconds));
    cancel = clock.after(INTERVAL, show);
  };
  cancel = clock.after(INTERVAL, show);
  return () => {
    cancel();
    stderr.endProgress();
  };
}

/** The line: what came, what became of it, and how fast. */
export function progressLine(progress: Progress, seconds: number): string {
  const { received, unique, duplicates, rejected } = progress;
  const rate = seconds > 0 ? Math.round(received / seconds) : 0;
  return `${grouped(received)} received: ${grouped(unique)} counted, ` +
    `${grouped(duplicates)} duplicates, ${grouped(rejected)} rejected ` +
    `(${grouped(rate)}/s)`;
}

/** A whole number with commas between its thousands. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
