/**
 * Which assertions hold.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unimplemented,
  unreachable,
} from "@std/assert";

class Point {
  constructor(readonly x: number) {}
  get double(): number {
    return this.x * 2;
  }
}

/** Whether the assertion in a function holds. */
function holds(assertion: () => unknown): boolean {
  try {
    assertion();
    return true;
  } catch (error) {
    if (error instanceof AssertionError) return false;
    throw error;
  }
}

const shared = { a: 1 };
const cycle: Record<string, unknown> = { a: 1 };
cycle.self = cycle;
const sameCycle: Record<string, unknown> = { a: 1 };
sameCycle.self = sameCycle;
const withoutPrototype = Object.assign(Object.create(null), { a: 1 });
// deno-lint-ignore no-sparse-arrays -- the hole is what is compared
const withHole = [, 1];

const EQUAL: [unknown, unknown, boolean][] = [
  [1, 1, true],
  [1, "1", false],
  [0, -0, true],
  [NaN, NaN, true],
  [null, undefined, false],
  [1n, 1n, true],
  ["a", "a", true],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: undefined }, {}, false],
  [{ a: 1 }, withoutPrototype, true],
  [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }, true],
  [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }, false],
  [[1, 2], [2, 1], false],
  [[undefined, 1], withHole, false],
  [[], {}, false],
  [new Point(1), new Point(1), true],
  [new Point(1), new Point(2), false],
  [new Point(1), { x: 1 }, false],
  [new Set([1, 2]), new Set([2, 1]), true],
  [new Set([{ a: 1 }]), new Set([{ a: 1 }]), true],
  [new Set([1]), new Set([1, 2]), false],
  [new Map([["a", { b: 1 }]]), new Map([["a", { b: 1 }]]), true],
  [new Map([["a", 1]]), new Map([["a", 2]]), false],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]]), true],
  [new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]]), true],
  [new Date(1), new Date(1), true],
  [new Date(1), new Date(2), false],
  [/a/g, /a/g, true],
  [/a/g, /a/, false],
  [new URL("http://a/"), new URL("http://a/"), true],
  [new URL("http://a/"), new URL("http://b/"), false],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
  [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
  [new Uint8Array([1]), new Uint16Array([1]), false],
  [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer, true],
  [() => {}, () => {}, false],
  [holds, holds, true],
  [cycle, sameCycle, true],
];

const pure = { permissions: "none" } as const;

Deno.test("assert: equality", pure, () => {
  for (const [a, b, expected] of EQUAL) {
    const title = Deno.inspect([a, b]);
    assert(equal(a, b) === expected, title);
    assert(equal(b, a) === expected, title);
    assert(holds(() => assertEquals(a, b)) === expected, title);
    assert(holds(() => assertNotEquals(a, b)) === !expected, title);
  }
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError);
});

Deno.test("assert: strict equality", pure, () => {
  assert(holds(() => assertStrictEquals(NaN, NaN)));
  assert(holds(() => assertStrictEquals(shared, shared)));
  assertFalse(holds(() => assertStrictEquals(shared, { a: 1 })));
  assertFalse(holds(() => assertStrictEquals(0, -0)));
  assert(holds(() => assertNotStrictEquals(shared, { a: 1 })));
  assertFalse(holds(() => assertNotStrictEquals(shared, shared)));
});

Deno.test("assert: conditions", pure, () => {
  assertFalse(holds(() => assert(0)));
  assert(holds(() => assertFalse("")));
  assertFalse(holds(() => assertFalse(1)));
  assert(holds(() => assertExists(0)));
  assertFalse(holds(() => assertExists(null)));
  assertFalse(holds(() => assertExists(undefined)));
  for (const failing of [fail, unreachable, unimplemented]) {
    assertFalse(holds(() => failing("reason")));
  }
  const number: number | undefined = [1].at(0);
  assertExists(number);
  // Compiles only if the assertion has narrowed the type.
  assertEquals(number.toFixed(1), "1.0");
});

Deno.test("assert: order", pure, () => {
  assert(holds(() => assertGreater(2, 1)));
  assertFalse(holds(() => assertGreater(1, 1)));
  assert(holds(() => assertGreaterOrEqual(1, 1)));
  assertFalse(holds(() => assertGreaterOrEqual(0, 1)));
  assert(holds(() => assertLess("a", "b")));
  assertFalse(holds(() => assertLess(1, 1)));
  assert(holds(() => assertLessOrEqual(1n, 1n)));
  assertFalse(holds(() => assertLessOrEqual(2, 1)));
  assert(holds(() => assertAlmostEquals(0.1 + 0.2, 0.3)));
  assert(holds(() => assertAlmostEquals(1, 1.4, 0.5)));
  assertFalse(holds(() => assertAlmostEquals(1, 1.001)));
  assertFalse(holds(() => assertAlmostEquals(1, NaN)));
});

Deno.test("assert: text", pure, () => {
  assert(holds(() => assertStringIncludes("abc", "b")));
  assertFalse(holds(() => assertStringIncludes("abc", "d")));
  assert(holds(() => assertMatch("abc", /^a/)));
  assertFalse(holds(() => assertMatch("abc", /^b/)));
  assert(holds(() => assertNotMatch("abc", /^b/)));
  assertFalse(holds(() => assertNotMatch("abc", /^a/)));
});

Deno.test("assert: elements and properties", pure, () => {
  assert(holds(() => assertArrayIncludes([1, { a: 1 }, NaN], [NaN, { a: 1 }])));
  assertFalse(holds(() => assertArrayIncludes([1, 2], [3])));
  const actual = { a: 1, b: { c: [1, 2, 3], d: new Point(1) }, e: null };
  assert(holds(() => assertObjectMatch(actual, { a: 1 })));
  assert(holds(() => assertObjectMatch(actual, { b: { c: [1, 2] } })));
  assert(holds(() => assertObjectMatch(actual, { b: { d: { x: 1 } } })));
  assertFalse(holds(() => assertObjectMatch(actual, { a: 2 })));
  assertFalse(holds(() => assertObjectMatch(actual, { z: 1 })));
  assertFalse(holds(() => assertObjectMatch(actual, { b: { c: [2] } })));
  assertFalse(holds(() => assertObjectMatch(actual, { e: {} })));
});

Deno.test("assert: classes", pure, () => {
  assert(holds(() => assertInstanceOf(new Point(1), Point)));
  assertFalse(holds(() => assertInstanceOf({}, Point)));
  assertFalse(holds(() => assertInstanceOf(null, Point)));
  assert(holds(() => assertNotInstanceOf({}, Point)));
  assertFalse(holds(() => assertNotInstanceOf(new Point(1), Point)));
});

Deno.test("assert: errors", pure, () => {
  const error = new TypeError("\x1b[31mbad\x1b[39m value");
  assert(holds(() => assertIsError(error)));
  assert(holds(() => assertIsError(error, TypeError, "bad value")));
  assert(holds(() => assertIsError(error, Error, /value$/)));
  assertFalse(holds(() => assertIsError(error, RangeError)));
  assertFalse(holds(() => assertIsError(error, TypeError, "good")));
  assertFalse(holds(() => assertIsError("bad value")));
});

Deno.test("assert: functions that throw", pure, () => {
  const error = new TypeError("bad value");
  const throwing = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(throwing), error);
  assertStrictEquals(assertThrows(throwing, TypeError, "bad"), error);
  assertFalse(holds(() => assertThrows(throwing, RangeError)));
  assertFalse(holds(() => assertThrows(throwing, TypeError, "good")));
  assertFalse(holds(() => assertThrows(() => {}, "message")));
  const throwingText = () => {
    throw "text";
  };
  assertEquals(assertThrows(throwingText), "text");
  assertFalse(holds(() => assertThrows(throwingText, Error)));
});

Deno.test("assert: functions that reject", pure, async () => {
  const error = new TypeError("bad value");
  const rejecting = () => Promise.reject(error);
  assertStrictEquals(await assertRejects(rejecting), error);
  assertStrictEquals(await assertRejects(rejecting, TypeError, "bad"), error);
  const failing: (() => Promise<unknown>)[] = [
    () => assertRejects(rejecting, RangeError),
    () => assertRejects(rejecting, TypeError, "good"),
    () => assertRejects(() => Promise.resolve()),
    () => assertRejects(() => Promise.reject("text"), Error),
    () =>
      assertRejects(() => {
        throw error;
      }, TypeError),
    () => assertRejects((() => 1) as unknown as () => Promise<unknown>),
  ];
  for (const assertion of failing) {
    const failure = await assertion().catch((reason) => reason);
    assertInstanceOf(failure, AssertionError, String(assertion));
  }
});

Deno.test("assert: what a failure says", pure, () => {
  const say = (assertion: () => unknown) =>
    assertThrows(assertion, AssertionError).message;
  assertStringIncludes(say(() => assertEquals(1, 2)), "Values are not equal.");
  assertStringIncludes(say(() => assertEquals(1, 2, "why")), "equal: why");
  assertEquals(say(() => assert(false, "why")), "why");
  assertEquals(say(() => assertGreater(1, 2)), "Expect 1 > 2");
  assertEquals(say(() => assertLess(2, 1, "why")), "why");
  assertEquals(
    say(() => assertStringIncludes("a", "b")),
    'Expected actual: "a" to contain: "b".',
  );
  assertEquals(say(() => fail("why")), "Failed assertion: why");
  const cause = new Error("inner");
  const error = new AssertionError("outer", { cause });
  assertEquals([error.name, error.cause], ["AssertionError", cause]);
});
