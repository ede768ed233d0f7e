/**
 * Assertions on one value, and failures without a condition.
 *
 * @module
 */
import { AssertionError, messageEnd } from "./assertion_error.ts";

/**
 * Asserts that a condition holds.
 *
 * @param message The message of the failure. Default: empty.
 * @throws {AssertionError} If it does not.
 */
export function assert(
  condition: unknown,
  message = "",
): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/**
 * Asserts that a condition does not hold.
 *
 * @param message The message of the failure. Default: empty.
 * @throws {AssertionError} If it does.
 */
export function assertFalse(
  condition: unknown,
  message = "",
): asserts condition is false | 0 | 0n | "" | null | undefined {
  if (condition) throw new AssertionError(message);
}

/**
 * Asserts that a value is neither `null` nor `undefined`.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it is one of them.
 */
export function assertExists<T>(
  actual: T,
  message?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${
      messageEnd(message)
    }`,
  );
}

/**
 * Fails.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} Always.
 */
export function fail(message?: string): never {
  throw new AssertionError(`Failed assertion${messageEnd(message)}`);
}

/**
 * Marks a place that is never reached.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} Always.
 */
export function unreachable(message?: string): never {
  throw new AssertionError(`Unreachable${messageEnd(message)}`);
}

/**
 * Marks a place that is not written yet.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} Always.
 */
export function unimplemented(message?: string): never {
  throw new AssertionError(`Unimplemented${messageEnd(message)}`);
}
