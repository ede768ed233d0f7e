import type { Clock } from "../model/clock.ts";
import type { Extent, Source } from "../source/source.ts";
import { every, type Progress } from "./progress.ts";
import { progressLine, type RunState } from "./progress_line.ts";
import type { StandardError } from "./stderr.ts";
import { printable } from "./terminal.ts";
import { measureFor } from "./text_measure.ts";

/** How often the line is written anew, in ms. */
const LINE_INTERVAL = 200;

/** How often a broker is asked for the extent, in ms; a file each time. */
const EXTENT_INTERVAL = 1_000;

/** The rate is that of so many ms. */
const RATE_SPAN = 5_000;

/** What can be seen of a run from outside; a `Pipeline` and its source. */
export interface WatchedRun {
  readonly pipeline: {
    readonly totals: Progress;
    readonly idleTimeLeft: number | undefined;
  };
  readonly source: Pick<Source, "attached" | "extent" | "losses">;
}

/**
 * Shows a line about the run on a terminal.
 *
 * @param name What is read: a queue, or a file.
 * @param colors Whether it may have colours.
 * @returns A function that takes the line away.
 */
export async function showProgress(
  stderr: StandardError,
  clock: Clock,
  run: WatchedRun,
  { name, colors }: { readonly name: string; readonly colors: boolean },
): Promise<() => void> {
  const style = { colors, measure: await measureFor([printable(name)]) };
  const watch = new RunWatch(run, clock, name);
  const end = every(LINE_INTERVAL, clock, () => {
    const state = watch.look();
    stderr.showProgress((columns) => progressLine(state, columns, style));
  });
  return () => {
    end();
    stderr.endProgress();
  };
}

/** What was seen at one moment. */
interface Sample {
  readonly at: number;
  readonly received: number;
  /** What the source had handed over, in its unit. */
  readonly done: number | undefined;
}

/** Watches a run: what it comes to depends on when it was looked at. */
export class RunWatch {
  readonly #run: WatchedRun;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #samples: Sample[] = [];
  /** What the source told last. */
  #extent: Extent | undefined;
  #askAgainAt = -Infinity;

  constructor(run: WatchedRun, clock: Clock, name: string) {
    this.#run = run;
    this.#clock = clock;
    this.#name = name;
  }

  /** What is to be told now. */
  look(): RunState {
    const { pipeline, source } = this.#run;
    const { received, unique, duplicates, rejected } = pipeline.totals;
    this.#ask();
    const { unit, total } = this.#extent ?? {};
    // Messages are counted here, too, and not only now and then.
    const done = unit === "messages" ? received : this.#extent?.done;
    const isSilent = received === this.#samples.at(-1)?.received;
    const rates = this.#rates({ at: this.#clock.monotonic(), received, done });
    const isKnown = done !== undefined && total !== undefined && total > 0;
    const rest = isKnown ? Math.max(0, total - done) : 0;
    return {
      name: this.#name,
      ...{ received, unique, duplicates, rejected },
      rate: Math.round(rates.received),
      share: isKnown ? Math.min(1, done / total) : undefined,
      // More may have come since the source was asked.
      total: isKnown && unit === "messages" ? Math.max(total, done) : undefined,
      timeLeft: rest > 0 && rates.done > 0
        ? rest / rates.done * 1_000
        : undefined,
      attached: source.attached,
      losses: source.losses ?? 0,
      // Between two batches there is a silence that tells nothing.
      idleTimeLeft: isSilent ? pipeline.idleTimeLeft : undefined,
    };
  }

  #rates(now: Sample): { readonly received: number; readonly done: number } {
    const samples = this.#samples;
    samples.push(now);
    while (samples[0]!.at < now.at - RATE_SPAN) samples.shift();
    const since = (first: Sample, grown: number) =>
      grown === 0 ? 0 : grown / (now.at - first.at) * 1_000;
    const [first] = samples;
    const known = samples.find(({ done }) => done !== undefined) ?? now;
    return {
      received: since(first!, now.received - first!.received),
      done: since(known, (now.done ?? 0) - (known.done ?? 0)),
    };
  }

  /** The answer is for the next look. */
  #ask(): void {
    const now = this.#clock.monotonic();
    const { source } = this.#run;
    if (now < this.#askAgainAt || source.extent === undefined) return;
    this.#askAgainAt = Infinity;
    source.extent().then((extent) => {
      this.#extent = extent ?? this.#extent;
    }, () => {/* It is asked again. */})
      .finally(() => {
        const pause = this.#extent?.unit === "bytes" ? 0 : EXTENT_INTERVAL;
        this.#askAgainAt = this.#clock.monotonic() + pause;
      });
  }
}
