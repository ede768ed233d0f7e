import type {
  LedgerReader,
  RejectionTotals,
  StoredRun,
} from "../ledger/ledger_reader.ts";
import { mergeSorted, type SortedCounts } from "../ledger/sorted_counts.ts";
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

/** What a report asks of a ledger. */
type ReportedLedger = Pick<
  LedgerReader,
  "name" | "types" | "totals" | "counts" | "runs" | "rejectionTotals"
>;

/**
 * Gathers what a report tells, going through all counts once: of a million
 * users, only the busiest are in memory.
 */
export async function gatherFacts(
  ledger: ReportedLedger,
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
  ledger: ReportedLedger,
  types: readonly string[],
): Promise<Pick<ReportFacts, "users" | "busiest">> {
  let users = 0;
  let most: BusyUser[] = [];
  /** Who has no more is not one of them. */
  let least = 0;
  const best = () =>
    most.sort((left, right) => right.events - left.events).slice(0, BUSIEST);
  for await (const page of usersOf(ledger, types)) {
    for (const counts of page) {
      const events = counts.reduce((sum, [_, count]) => sum + count, 0);
      users++;
      if (events <= least) continue;
      const byType = new Map(counts.map(([_, count, type]) => [type, count]));
      most.push({ user: counts[0]![0], events, byType });
    }
    if (most.length < 2 * BUSIEST) continue;
    most = best();
    least = most.at(-1)!.events;
  }
  return { users, busiest: best() };
}

type TypedCount = readonly [...UserCount, type: string];

/** The counts of each user, in pages. */
async function* usersOf(
  ledger: ReportedLedger,
  types: readonly string[],
): AsyncGenerator<readonly (readonly TypedCount[])[], void, void> {
  let user: TypedCount[] = [];
  const counts = types.map((type) => typed(ledger.counts(type), type));
  for await (const page of mergeSorted(counts)) {
    const users: TypedCount[][] = [];
    for (const count of page) {
      if (user.length > 0 && user[0]![0] !== count[0]) {
        users.push(user);
        user = [];
      }
      user.push(count);
    }
    yield users;
  }
  if (user.length > 0) yield [user];
}

async function* typed(
  pages: SortedCounts,
  type: string,
): AsyncGenerator<readonly TypedCount[], void, void> {
  for await (const page of pages) {
    yield page.map(([user, count]) => [user, count, type]);
  }
}

async function lastRuns(ledger: ReportedLedger): Promise<StoredRun[]> {
  let last: StoredRun[] = [];
  for await (const page of ledger.runs()) {
    last = [...last, ...page].slice(-LAST_RUNS);
  }
  return last;
}
