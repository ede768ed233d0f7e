/**
 * Assertions on text.
 *
 * @module
 */
import { AssertionError, messageEnd } from "./assertion_error.ts";

/**
 * Asserts that a text includes another one.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it does not.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${
      messageEnd(message)
    }`,
  );
}

/**
 * Asserts that a text matches a pattern.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it does not.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${
      messageEnd(message)
    }`,
  );
}

/**
 * Asserts that a text does not match a pattern.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it does.
 */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not match: "${expected}"${
      messageEnd(message)
    }`,
  );
}
