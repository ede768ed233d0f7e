import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addSorted, pagesOf } from "../../src/ledger/sorted_counts.ts";
import { byCodePoint, type UserCount } from "../../src/model/counts.ts";

Deno.test({
  name:
    "addSorted() gives each user once, in order, with the sum of its counts",
  permissions: "none",
  fn: async () => {
    const user = fc.constantFrom(
      "",
      "a",
      "b",
      "ä",
      "\uffff",
      "😀",
      "__proto__",
    );
    const part = fc.uniqueArray(fc.tuple(user, fc.nat(9)), {
      selector: ([name]) => name,
    }).map((counts) => counts.sort(([a], [b]) => byCodePoint(a, b)));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const sums = new Map<string, number>();
        for (const [name, count] of parts.flat()) {
          sums.set(name, (sums.get(name) ?? 0) + count);
        }
        const expected: UserCount[] = [...sums]
          .sort(([a], [b]) => byCodePoint(a, b));
        const pages = parts.map((part) => pagesOf(part, 2));
        assertEquals(
          (await Array.fromAsync(addSorted(pages))).flat(),
          expected,
        );
      }),
    );
  },
});
