/**
 * A version cannot be released. The message is one line that says what failed,
 * the value, and what to do.
 */
export class ReleaseError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ReleaseError";
}
