import type { TypeTotals, UserTotal } from "../model/counts.ts";
import type { RunResult } from "../pipeline/run_result.ts";

/** All that is told of a run that is over. */
export interface Summary {
  readonly run: RunResult;
  /** Totals in the ledger, by type. */
  readonly types: ReadonlyMap<string, TypeTotals>;
  /** The busiest users in the ledger; nothing if it was not asked for them. */
  readonly busiest: readonly UserTotal[] | undefined;
  /** Messages per second, without the silence that ended the run. */
  readonly rate: number;
  /** Messages left in the queue, if that is known. */
  readonly left: number | undefined;
}

/** The summary as one JSON object on one line. */
export function summaryJson(
  { run, types, busiest, rate, left }: Summary,
): string {
  return JSON.stringify({
    received: run.received,
    unique: run.unique,
    duplicates: run.duplicates,
    redelivered: run.redelivered,
    rejected: run.rejected,
    rejectedByReason: Object.fromEntries(run.rejectedByReason),
    types: Object.fromEntries(types),
    topUsers: busiest ?? null,
    stopped: run.stopped,
    durationMs: Math.round(run.duration),
    rate: Math.round(rate),
    left: left ?? null,
    files: run.files,
  });
}
