/**
 * Assertions on the class of a value.
 *
 * @module
 */
import { AssertionError, messageEnd } from "./assertion_error.ts";

/** Any class. */
// deno-lint-ignore no-explicit-any -- a constructor may take anything
type Constructor<T = any> = abstract new (...args: any[]) => T;

/**
 * Asserts that a value is an instance of a class.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it is not.
 */
export function assertInstanceOf<T extends Constructor>(
  actual: unknown,
  expectedType: T,
  message = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const kind = kindOf(actual);
  let difference = ` but was "${kind}"`;
  if (kind === expectedType.name) difference = "";
  else if (kind === "function") difference = " but was not an instanced object";
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}"${difference}${
      messageEnd(message)
    }`,
  );
}

/**
 * Asserts that a value is not an instance of a class.
 *
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If it is.
 */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: Constructor<T>,
  message?: string,
): asserts actual is Exclude<A, T> {
  if (!(actual instanceof unexpectedType)) return;
  throw new AssertionError(
    `Expected object to not be an instance of "${typeof unexpectedType}"${
      messageEnd(message)
    }`,
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return value.constructor?.name ?? "Object";
}
