/**
 * The error of a failed assertion and the pieces of its message.
 *
 * @module
 */
import { AssertionError as NodeAssertionError } from "node:assert";

/** What a failed assertion throws. */
export class AssertionError extends NodeAssertionError {
  /**
   * @param message What failed.
   * @param options The cause.
   */
  constructor(message: string, options?: ErrorOptions) {
    super({ message });
    this.name = "AssertionError";
    if (options && "cause" in options) this.cause = options.cause;
    // Let the stack begin where the assertion was made, not in node:assert.
    Error.captureStackTrace(this, new.target);
  }
}

/** Ends a message: with the caller's own words, or with a full stop. */
export function messageEnd(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}

/** Shows a value in full, its properties in order. */
export function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    getters: true,
    strAbbreviateSize: Infinity,
  });
}

/** Shows how two values differ. */
export function showDifference(actual: unknown, expected: unknown): string {
  const { message } = new NodeAssertionError({
    actual,
    expected,
    operator: "deepStrictEqual",
  });
  // The first line names the operator, which the caller says in its own words.
  return message.slice(message.indexOf("\n") + 1);
}
