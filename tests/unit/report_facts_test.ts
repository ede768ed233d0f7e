import { assertEquals } from "@std/assert";
import { pagesOf } from "../../src/ledger/sorted_counts.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { gatherFacts } from "../../src/report/report_facts.ts";

Deno.test({
  name: "gatherFacts() finds the busiest of many users, wherever they stand",
  permissions: "none",
  fn: async () => {
    const users = Array.from({ length: 5_000 }, (_, i) => `u${10_000 + i}`);
    const counts = new Map<string, UserCount[]>([
      ["created", users.map((user, i) => [user, 1 + i * 7919 % 4_999])],
      ["updated", users.slice(2_000, 2_500).map((user) => [user, 3_000])],
    ]);
    const sums = new Map<string, Map<string, number>>();
    for (const [type, ofType] of counts) {
      for (const [user, count] of ofType) {
        const byType = sums.get(user) ?? new Map<string, number>();
        sums.set(user, byType.set(type, count));
      }
    }
    const { busiest, users: found } = await gatherFacts({
      name: "a ledger",
      types: () => Promise.resolve([...counts.keys()]),
      totals: () => Promise.resolve({ events: 1, users: 1 }),
      counts: (type) => pagesOf(counts.get(type)!),
      runs: () => pagesOf([]),
      rejectionTotals: () => Promise.resolve([]),
    }, 0);
    assertEquals(found, users.length);
    assertEquals(
      busiest,
      [...sums].map(([user, byType]) => ({
        user,
        events: byType.values().reduce((sum, count) => sum + count),
        byType,
      })).sort((left, right) => right.events - left.events).slice(0, 1_000),
    );
  },
});
