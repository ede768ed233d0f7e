import type {
  LedgerReader,
  RejectionTotals,
  StoredRun,
} from "../ledger/ledger_reader.ts";
import { addSorted } from "../ledger/sorted_counts.ts";
import type { TypeTotals, UserCount } from "../model/counts.ts";

/** Users in a report: those with the most events. */
export const BUSIEST = 1_000;

/** Types that are shown one by one: those with the most events. */
export const SHOWN_TYPES = 6;

/** Runs in a report: the last ones. */
const LAST_RUNS = 200;

/** What a report tells of a ledger. */
export interface ReportFacts {
  /** What messages call the ledger. */
  readonly ledger: string;
  /** When it was like this, in milliseconds since 1970 (UTC). */
  readonly at: number;
  /** Totals by type, the type with the most events first. */
  readonly types: ReadonlyMap<string, TypeTotals>;
  /** How many users there are, each once. */
  readonly users: number;
  /** The busiest of them, at most {@linkcode BUSIEST}, the busiest first. */
  readonly busiest: readonly BusyUser[];
  /** The last runs, the last one last. */
  readonly runs: readonly StoredRun[];
  /** Rejections by reason, the most first. */
  readonly rejections: readonly RejectionTotals[];
}

/** A user and the counts that make it one of the busiest. */
export interface BusyUser {
  readonly user: string;
  readonly events: number;
  /** Events by type. */
  readonly byType: ReadonlyMap<string, number>;
}

/**
 * Gathers what a report tells, going through all counts twice: of a million
 * users, only the busiest are in memory.
 */
export async function gatherFacts(
  ledger: LedgerReader,
  at: number,
): Promise<ReportFacts> {
  const totals: [string, TypeTotals][] = [];
  for (const type of await ledger.types()) {
    totals.push([type, await ledger.totals(type)]);
  }
  totals.sort(([, left], [, right]) => right.events - left.events);
  const types = new Map(totals);
  return {
    ledger: ledger.name,
    at,
    types,
    ...await findBusiest(ledger, [...types.keys()]),
    runs: await lastRuns(ledger),
    rejections: await ledger.rejectionTotals(),
  };
}

async function findBusiest(
  ledger: LedgerReader,
  types: readonly string[],
): Promise<Pick<ReportFacts, "users" | "busiest">> {
  let users = 0;
  let most: UserCount[] = [];
  const best = () =>
    most.sort(([, left], [, right]) => right - left).slice(0, BUSIEST);
  for await (
    const page of addSorted(types.map((type) => ledger.counts(type)))
  ) {
    users += page.length;
    most.push(...page);
    if (most.length > 10 * BUSIEST) most = best();
  }
  const byType = new Map<string, Map<string, number>>();
  const busiest = best().map(([user, events]) => {
    const counts = new Map<string, number>();
    byType.set(user, counts);
    return { user, events, byType: counts };
  });
  for (const type of types) {
    for await (const page of ledger.counts(type)) {
      for (const [user, count] of page) byType.get(user)?.set(type, count);
    }
  }
  return { users, busiest };
}

async function lastRuns(ledger: LedgerReader): Promise<StoredRun[]> {
  let last: StoredRun[] = [];
  for await (const page of ledger.runs()) {
    last = [...last, ...page].slice(-LAST_RUNS);
  }
  return last;
}
