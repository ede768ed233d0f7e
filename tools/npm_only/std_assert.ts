/**
 * Stand-in for `@std/assert` on networks that serve npm only, over
 * `node:assert`: the assertions that the tests use, and no other.
 *
 * @module
 */
import nodeAssert from "node:assert";

type ErrorClass<Kind> = abstract new (...args: never[]) => Kind;

export function assert(expression: unknown, message = ""): asserts expression {
  nodeAssert.ok(expression, message);
}

export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  check(() => nodeAssert.deepStrictEqual(actual, expected), message);
}

export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  check(() => nodeAssert.notDeepStrictEqual(actual, expected), message);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
): asserts actual is T {
  nodeAssert.strictEqual(actual, expected);
}

export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  check(() => nodeAssert.match(actual, expected), message);
}

export function assertNotMatch(actual: string, expected: RegExp): void {
  nodeAssert.doesNotMatch(actual, expected);
}

export function assertStringIncludes(actual: string, expected: string): void {
  if (!actual.includes(expected)) {
    nodeAssert.fail(`Expected "${actual}" to contain "${expected}"`);
  }
}

/** @returns What was thrown. */
export function assertThrows<Kind extends Error = Error>(
  fn: () => unknown,
  kind?: ErrorClass<Kind>,
  includes?: string,
): Kind {
  try {
    fn();
  } catch (error) {
    return ofKind(error, kind, includes);
  }
  nodeAssert.fail("Expected function to throw");
}

/** @returns What the promise was rejected with. */
export async function assertRejects<Kind extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  kind?: ErrorClass<Kind>,
  includes?: string,
): Promise<Kind> {
  const promise = fn();
  try {
    await promise;
  } catch (error) {
    return ofKind(error, kind, includes);
  }
  nodeAssert.fail("Expected function to reject");
}

function ofKind<Kind extends Error>(
  error: unknown,
  kind: ErrorClass<Kind> | undefined,
  includes = "",
): Kind {
  nodeAssert.ok(error instanceof (kind ?? Error), String(error));
  assertStringIncludes(error.message, includes);
  return error as Kind;
}

/** Where a message is given, it is told behind what node:assert says. */
function check(assertion: () => void, message?: string): void {
  try {
    assertion();
  } catch (error) {
    if (error instanceof Error && message) error.message += `: ${message}`;
    throw error;
  }
}
