/**
 * Assertions on errors and on functions that fail.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { AssertionError, messageEnd } from "./assertion_error.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- a constructor may take anything
type ErrorConstructor<E extends Error> = abstract new (...args: any[]) => E;

/** What an assertion on a failing function asks for. */
interface Expectation<E extends Error> {
  ErrorClass: ErrorConstructor<E> | undefined;
  messageIncludes: string | undefined;
  message: string | undefined;
}

/**
 * Asserts that a value is an error.
 *
 * @param ErrorClass The class it has to be an instance of. Default: any.
 * @param messageMatches What its message has to include or match, colours
 *   aside. Default: anything.
 * @param message Added to the message of the failure.
 * @throws {AssertionError} If the value is not such an error.
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorConstructor<E>,
  messageMatches?: string | RegExp,
  message?: string,
): asserts error is E {
  const end = messageEnd(message);
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${end}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor?.name}"${end}`,
    );
  }
  if (!messageMatches) return;
  const text = stripVTControlCharacters(error.message);
  const matches = typeof messageMatches === "string"
    ? text.includes(stripVTControlCharacters(messageMatches))
    : messageMatches.test(text);
  if (matches) return;
  const wanted = typeof messageMatches === "string"
    ? JSON.stringify(messageMatches)
    : String(messageMatches);
  throw new AssertionError(
    `Expected error message to include ${wanted}, but got ${
      JSON.stringify(error.message)
    }${end}`,
  );
}

/**
 * Asserts that a function throws.
 *
 * @param message Added to the message of the failure.
 * @returns What it threw.
 * @throws {AssertionError} If it does not throw.
 */
export function assertThrows(fn: () => unknown, message?: string): unknown;
/**
 * Asserts that a function throws an error.
 *
 * @param ErrorClass The class the error has to be an instance of.
 * @param messageIncludes What its message has to include. Default: anything.
 * @param message Added to the message of the failure.
 * @returns The error.
 * @throws {AssertionError} If it does not throw, or something else.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructor<E>,
  messageIncludes?: string,
  message?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  first?: ErrorConstructor<E> | string,
  second?: string,
  third?: string,
): unknown {
  const expectation = readExpectation(first, second, third);
  try {
    fn();
  } catch (error) {
    checkError(error, expectation, "thrown");
    return error;
  }
  throw new AssertionError(
    `Expected function to throw${messageEnd(expectation.message)}`,
  );
}

/**
 * Asserts that a function gives back a promise that rejects. A function that
 * throws at once, or gives back no promise, fails the assertion.
 *
 * @param message Added to the message of the failure.
 * @returns What it rejected with.
 * @throws {AssertionError} If it does not reject.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  message?: string,
): Promise<unknown>;
/**
 * Asserts that a function gives back a promise that rejects with an error.
 *
 * @param ErrorClass The class the error has to be an instance of.
 * @param messageIncludes What its message has to include. Default: anything.
 * @param message Added to the message of the failure.
 * @returns The error.
 * @throws {AssertionError} If it does not reject, or with something else.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructor<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  first?: ErrorConstructor<E> | string,
  second?: string,
  third?: string,
): Promise<unknown> {
  const expectation = readExpectation(first, second, third);
  const promise = startPromise(fn, expectation.message);
  try {
    await promise;
  } catch (error) {
    checkError(error, expectation, "rejected");
    return error;
  }
  throw new AssertionError(
    `Expected function to reject${messageEnd(expectation.message)}`,
  );
}

function startPromise(
  fn: () => PromiseLike<unknown>,
  message: string | undefined,
): PromiseLike<unknown> {
  let promise: unknown;
  try {
    promise = fn();
  } catch {
    // Thrown instead of rejected: reported below like a missing promise.
  }
  if (isPromiseLike(promise)) return promise;
  throw new AssertionError(
    `Function throws when expected to reject${messageEnd(message)}`,
  );
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function readExpectation<E extends Error>(
  first: ErrorConstructor<E> | string | undefined,
  second: string | undefined,
  third: string | undefined,
): Expectation<E> {
  return typeof first === "string"
    ? { ErrorClass: undefined, messageIncludes: undefined, message: first }
    : { ErrorClass: first, messageIncludes: second, message: third };
}

function checkError<E extends Error>(
  error: unknown,
  { ErrorClass, messageIncludes, message }: Expectation<E>,
  verb: "thrown" | "rejected",
): void {
  // Without a class anything may be thrown, and its message is not looked at.
  if (!ErrorClass) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `A non-Error object was ${verb}${messageEnd(message)}`,
    );
  }
  assertIsError(error, ErrorClass, messageIncludes, message);
}
