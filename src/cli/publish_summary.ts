import type { Expectation } from "../publish/expectation.ts";
import { grouped, quantity } from "../model/words.ts";

/**
 * The summary of `publish` as one JSON object on one line.
 *
 * @param seed What decided the messages.
 * @param duration From start to end, in ms.
 */
export function publishSummaryJson(
  expectation: Expectation,
  seed: number,
  duration: number,
): string {
  return JSON.stringify({
    published: expectation.published,
    new: expectation.fresh,
    duplicates: expectation.duplicates,
    invalid: expectation.invalid,
    reasons: Object.fromEntries([...expectation.reasons].sort()),
    seed,
    durationMs: Math.round(duration),
  });
}

/** The summary of `publish` for people; see {@linkcode publishSummaryJson}. */
export function publishSummaryText(
  expectation: Expectation,
  seed: number,
  duration: number,
): string {
  const { published, fresh, duplicates, invalid, reasons } = expectation;
  const seconds = (duration / 1_000).toFixed(1);
  const parts = [...reasons].sort()
    .map(([reason, count]) => `${grouped(count)} ${reason}`);
  return `${grouped(published)} published: ${grouped(fresh)} new, ` +
    `${quantity(duplicates, "duplicate")}, ${grouped(invalid)} invalid` +
    (parts.length === 0 ? "" : ` (${parts.join(", ")})`) +
    `\nTook ${seconds} s; --seed ${seed} repeats it.`;
}
