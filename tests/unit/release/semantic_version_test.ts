/** The order of versions, held against the specification and an oracle. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compareVersions,
  parseVersion,
  type SemanticVersion,
} from "../../../tools/release/semantic_version.ts";

const pure = { permissions: "none" } as const;

function version(text: string): SemanticVersion {
  const parsed = parseVersion(text);
  assert(parsed !== undefined, text);
  return parsed;
}

const order = (one: string, other: string) =>
  Math.sign(compareVersions(version(one), version(other)));

Deno.test(
  "versions: the order is that of the specification's examples",
  pure,
  () => {
    const ascending = [
      ...["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"],
      ...["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"],
      ...["2.0.0", "2.1.0", "2.1.1", "2.1.10", "10.0.0"],
    ];
    for (const [index, one] of ascending.entries()) {
      for (const [place, other] of ascending.entries()) {
        assertEquals(order(one, other), Math.sign(index - place), one + other);
      }
    }
  },
);

Deno.test("versions: build metadata has no place in the order", pure, () => {
  assertEquals(order("1.0.0+a", "1.0.0+b.7"), 0);
  assertEquals(order("1.0.0-rc.1+z", "1.0.0+a"), -1);
});

Deno.test(
  "versions: numbers may be larger than what a double holds",
  pure,
  () => {
    assertEquals(order("9007199254740993.0.0", "9007199254740992.0.0"), 1);
    assertEquals(order("1.0.0-9007199254740992", "1.0.0-9007199254740993"), -1);
  },
);

Deno.test("versions: what is none is not read", pure, () => {
  for (
    const text of [
      ...["", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.03"],
      ...["1.2.3-", "1.2.3-a..b", "1.2.3-01", "1.2.3-ä", "1.2.3+", "1.2.3+a+b"],
      ...[" 1.2.3", "1.2.3 ", "1.2.3\n", "-1.2.3", "1.2.x", "1.2.3-a_b"],
    ]
  ) {
    assertEquals(parseVersion(text), undefined, JSON.stringify(text));
  }
  for (const text of ["1.2.3-0a", "1.2.3--", "1.2.3-0", "0.0.0+001"]) {
    version(text);
  }
});

/**
 * A key whose order, character by character, is that of the versions: numbers
 * with their count of digits in front, "~" (behind all) where nothing follows a
 * release, " " (before all) where a prerelease ends.
 */
function sortKey(text: string): string {
  const [core = "", ...rest] = text.split("+")[0]!.split("-");
  const number = (digits: string) =>
    String.fromCharCode(0x21 + digits.length) + digits;
  const numbers = core.split(".").map(number).join("");
  if (rest.length === 0) return `${numbers}~`;
  const identifiers = rest.join("-").split(".").map((identifier) =>
    /^\d+$/.test(identifier)
      ? `\x21${number(identifier)}`
      : `\x22${identifier}\x1f`
  );
  return `${numbers}${identifiers.join("")}\x20`;
}

const number = fc.oneof(
  fc.nat(12).map(String),
  fc.bigInt(0n, 10n ** 30n).map(String),
);
const identifier = fc.oneof(
  number,
  fc.stringMatching(/^[0-9A-Za-z-]{1,4}$/)
    .filter((text) => /[^0-9]/.test(text) || !/^0./.test(text)),
);
const versions = fc.record({
  core: fc.tuple(number, number, number),
  prerelease: fc.option(
    fc.array(identifier, { minLength: 1, maxLength: 4 }),
    { nil: undefined },
  ),
  build: fc.option(fc.stringMatching(/^[0-9A-Za-z-]{1,3}$/), {
    nil: undefined,
  }),
}).map(({ core, prerelease, build }) =>
  core.join(".") +
  (prerelease === undefined ? "" : `-${prerelease.join(".")}`) +
  (build === undefined ? "" : `+${build}`)
);
// Most pairs of two random versions differ at once; these share a beginning.
const pairs = fc.oneof(
  fc.tuple(versions, versions),
  fc.tuple(
    fc.constantFrom("1.0.0", "1.0.0-a", "1.0.0-1", "1.0.0-a.1.b"),
    fc.constantFrom("", "-", ".0", ".a", "-a", "a", "0"),
    fc.constantFrom("1.0.0", "1.0.0-a", "1.0.0-1", "1.0.0-a.1.b"),
    fc.constantFrom("", "-", ".0", ".a", "-a", "a", "0"),
  ).map(([one, oneEnd, other, otherEnd]): [string, string] => [
    one + oneEnd,
    other + otherEnd,
  ]).filter((pair) => pair.every((text) => parseVersion(text) !== undefined)),
);

Deno.test(
  "versions: the order agrees with that of sort keys, whatever the versions",
  pure,
  () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        const [key, otherKey] = [sortKey(one), sortKey(other)];
        const expected = key < otherKey ? -1 : key > otherKey ? 1 : 0;
        assertEquals(order(one, other), expected);
        assertEquals(order(other, one), expected === 0 ? 0 : -expected);
      }),
      { numRuns: 2_000, seed },
    );
  },
);
