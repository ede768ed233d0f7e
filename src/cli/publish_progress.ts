import type { Clock } from "../model/clock.ts";
import { grouped } from "../model/words.ts";
import { barLine, timeText, TITLE } from "./bar_line.ts";
import { every } from "./progress.ts";
import type { StandardError } from "./stderr.ts";
import { ASCII } from "./text_measure.ts";

/** How often the line is written anew, in ms. */
const LINE_INTERVAL = 200;

/**
 * Shows on a terminal how many messages are published.
 *
 * @param size How many there are to be.
 * @param read How many there are.
 * @param colors Whether it may have colours.
 * @returns A function that takes the line away.
 */
export function showPublishing(
  stderr: StandardError,
  clock: Clock,
  { size, read, colors }: {
    readonly size: number;
    readonly read: () => number;
    readonly colors: boolean;
  },
): () => void {
  const started = clock.monotonic();
  const end = every(LINE_INTERVAL, clock, () => {
    const done = read();
    const rate = done / (clock.monotonic() - started) * 1_000;
    const left = rate === 0 ? [] : [{
      text: `${timeText((size - done) / rate * 1_000)} left`,
      rank: 2,
    }];
    const parts = [
      { text: "publishing", rank: TITLE },
      { text: `${grouped(done)} of ${grouped(size)}`, rank: 0 },
      { text: `${grouped(Math.round(rate))}/s`, rank: 1 },
      ...left,
    ];
    stderr.showProgress((columns) =>
      barLine(parts, done / size, columns, { colors, measure: ASCII })
    );
  });
  return () => {
    end();
    stderr.endProgress();
  };
}
