import { getLogger } from "@logtape/logtape";
import type { Clock } from "../model/clock.ts";

const log = getLogger(["eventcounter", "cli"]);

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
export function every(
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
