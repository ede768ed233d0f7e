/**
 * An executable or package cannot be built. The message is one line that says
 * what failed, the value, and what to do.
 */
export class BuildError extends Error {
  /** Tells it from other errors. */
  override readonly name: string = "BuildError";
}

/** The command line of a tool is wrong. */
export class UsageError extends BuildError {
  /** Tells it from other errors. */
  override readonly name = "UsageError";
}
