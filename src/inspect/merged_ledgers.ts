import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { addSorted } from "../ledger/sorted_counts.ts";
import type { UserCount } from "../model/counts.ts";
import type { Rejection } from "../model/rejection.ts";

/** What several ledgers show together. Little of it is in memory at a time. */
export class MergedLedgers {
  readonly #ledgers: readonly LedgerReader[];

  /** @param ledgers They must have no id in common. */
  constructor(ledgers: readonly LedgerReader[]) {
    this.#ledgers = ledgers;
  }

  /** Every type with a count. */
  async types(): Promise<string[]> {
    const types = await Promise.all(
      this.#ledgers.map((ledger) => ledger.types()),
    );
    return [...new Set(types.flat())];
  }

  /** The totals of one type, by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]> {
    return addSorted(this.#ledgers.map((ledger) => ledger.counts(type)));
  }

  /** The rejections of one ledger after those of the other. */
  async *rejections(): AsyncGenerator<readonly Rejection[]> {
    for (const ledger of this.#ledgers) yield* ledger.rejections();
  }
}
