import { getLogger } from "@logtape/logtape";
import type { Clock } from "../model/clock.ts";
import type { StandardError } from "./stderr.ts";

const log = getLogger(["eventcounter", "cli"]);

/** How often the line is written anew, in ms. */
const LINE_INTERVAL = 200;

/** How often a log record tells of it, in ms. */
const RECORD_INTERVAL = 60_000;

/** What is told of a run that goes on. */
export interface Progress {
  readonly received: number;
  readonly unique: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/**
 * Shows a line about the run on a terminal.
 *
 * @param read What has been received so far.
 * @returns A function that takes the line away.
 */
export function showProgress(
  stderr: StandardError,
  clock: Clock,
  read: () => Progress,
): () => void {
  const started = clock.monotonic();
  const end = every(LINE_INTERVAL, clock, () => {
    const seconds = (clock.monotonic() - started) / 1_000;
    stderr.showProgress(progressLine(read(), seconds));
  });
  return () => {
    end();
    stderr.endProgress();
  };
}

/**
 * Writes a log record about the run once a minute, with the rate since the one
 * before.
 *
 * @param read What has been received so far.
 * @returns A function that ends it.
 */
export function logProgress(clock: Clock, read: () => Progress): () => void {
  let before = { at: clock.monotonic(), received: read().received };
  return every(RECORD_INTERVAL, clock, () => {
    const { received, unique, duplicates, rejected } = read();
    const at = clock.monotonic();
    const seconds = (at - before.at) / 1_000;
    const rate = Math.round((received - before.received) / seconds);
    before = { at, received };
    log.info(
      "{received} received: {unique} counted, {duplicates} duplicates, {rejected} rejected ({rate}/s in the last minute)",
      { received, unique, duplicates, rejected, rate },
    );
  });
}

/** Calls `run` again and again. @returns A function that ends it. */
function every(
  milliseconds: number,
  clock: Clock,
  run: () => void,
): () => void {
  const again = () => {
    run();
    cancel = clock.after(milliseconds, again);
  };
  let cancel = clock.after(milliseconds, again);
  return () => cancel();
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
