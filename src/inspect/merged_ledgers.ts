import { addSorted } from "../ledger/sorted_counts.ts";
import type { SqliteReader } from "../ledger/sqlite/sqlite_reader.ts";
import type { UserCount } from "../model/counts.ts";
import type { Rejection } from "../model/rejection.ts";

/** Counts handed out at once. */
const PAGE = 1000;

/** What several ledgers show together. Little of it is in memory at a time. */
export class MergedLedgers {
  readonly #ledgers: readonly SqliteReader[];

  /** @param ledgers They must have no id in common. */
  constructor(ledgers: readonly SqliteReader[]) {
    this.#ledgers = ledgers;
  }

  /** Every type with a count. */
  types(): string[] {
    return [...new Set(this.#ledgers.flatMap((ledger) => ledger.types()))];
  }

  /** The totals of one type, by code point of the user, in pages. */
  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    const counts = addSorted(
      this.#ledgers.map((ledger) => ledger.counts(type)),
    );
    let page: UserCount[] = [];
    for (const count of counts) {
      if (page.push(count) < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  /** The rejections of one ledger after those of the other. */
  async *rejections(): AsyncGenerator<readonly Rejection[]> {
    for (const ledger of this.#ledgers) {
      for (const rejection of ledger.rejections()) yield [rejection];
    }
  }
}
