/**
 * Assertions on the order of values.
 *
 * @module
 */
import { AssertionError, messageEnd, show } from "./assertion_error.ts";

/**
 * Asserts that `actual` is greater than `expected`.
 *
 * @param message Replaces the message of the failure.
 * @throws {AssertionError} If it is not.
 */
export function assertGreater<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  require(actual > expected, [actual, ">", expected], message);
}

/**
 * Asserts that `actual` is greater than or equal to `expected`.
 *
 * @param message Replaces the message of the failure.
 * @throws {AssertionError} If it is not.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  require(actual >= expected, [actual, ">=", expected], message);
}

/**
 * Asserts that `actual` is less than `expected`.
 *
 * @param message Replaces the message of the failure.
 * @throws {AssertionError} If it is not.
 */
export function assertLess<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  require(actual < expected, [actual, "<", expected], message);
}

/**
 * Asserts that `actual` is less than or equal to `expected`.
 *
 * @param message Replaces the message of the failure.
 * @throws {AssertionError} If it is not.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  require(actual <= expected, [actual, "<=", expected], message);
}

/**
 * Asserts that two numbers are nearly equal.
 *
 * @param tolerance The greatest difference allowed. Default: a ten millionth
 *   of `expected`, or 1e-7 if that is infinite.
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If they are farther apart.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  const difference = Math.abs(expected - actual);
  const allowed = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (difference <= allowed) return;
  const write = (number: number) =>
    Number.isInteger(number) ? number : number.toExponential();
  throw new AssertionError(
    `Expected actual: "${write(actual)}" to be close to "${
      write(expected)
    }": delta "${write(difference)}" is greater than "${write(allowed)}"${
      messageEnd(message)
    }`,
  );
}

function require(
  holds: boolean,
  [actual, operator, expected]: [unknown, string, unknown],
  message: string | undefined,
): void {
  if (holds) return;
  throw new AssertionError(
    message ?? `Expect ${show(actual)} ${operator} ${show(expected)}`,
  );
}
