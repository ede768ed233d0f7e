/**
 * Assertions on the equality of values.
 *
 * @module
 */
import {
  AssertionError,
  messageEnd,
  show,
  showDifference,
} from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { pick } from "./pick.ts";

/**
 * Asserts that two values are equal, deeply.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If they differ.
 */
export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${messageEnd(message)}\n${
      showDifference(actual, expected)
    }`,
  );
}

/**
 * Asserts that two values are not equal, deeply.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If they are.
 */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${
      messageEnd(message)
    }`,
  );
}

/**
 * Asserts that two values are the same. `NaN` is the same as itself, and 0 is
 * not the same as -0.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If they are not.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const end = messageEnd(message);
  const shown = show(actual);
  throw new AssertionError(
    shown === show(expected)
      ? `Values have the same structure but are not reference-equal${end}\n\n${shown}\n`
      : `Values are not strictly equal${end}\n${
        showDifference(actual, expected)
      }`,
  );
}

/**
 * Asserts that two values are not the same.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If they are.
 */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${show(actual)}${
      messageEnd(message)
    }\n`,
  );
}

/**
 * Asserts that an object has the properties of another one with equal values.
 * It may have more, and its arrays may be longer.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If a property is missing or differs.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- any object may be looked into
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void {
  // Picking from both sides makes plain objects of both, so that only their
  // properties are compared and not their classes.
  assertEquals(pick(actual, expected), pick(expected, expected), message);
}

/**
 * Asserts that an array has all elements of another one, in any order.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If an element is missing.
 */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  message?: string,
): void {
  const elements = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) =>
    !elements.some((element) => equal(wanted, element))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${show(actual)}" to include: "${show(expected)}"${
      messageEnd(message)
    }\nmissing: ${show(missing)}`,
  );
}
