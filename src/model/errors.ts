/**
 * The exit codes of the program (after BSD's sysexits.h, where it has one).
 */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  badInput: 65,
  brokerUnreachable: 69,
  cannotCreateOutput: 73,
  ioError: 74,
  inUse: 75,
  brokerRefused: 76,
  loginRefused: 77,
} as const;

/** One of the codes in {@linkcode EXIT}. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/**
 * A failure with a known cause. Its message is one line that says what failed,
 * the current value (passwords masked) and what to do about it.
 */
export class EventCounterError extends Error {
  /** Tells it from other errors in a log. */
  override readonly name = "EventCounterError";

  /**
   * Makes the error; line breaks in the message become spaces.
   *
   * @param exitCode The code the program ends with.
   * @param message One line: what failed, the value, what to do.
   */
  constructor(
    /** The code the program ends with. */
    readonly exitCode: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(oneLine(message), options);
  }
}

/**
 * The message of anything thrown, on one line. Deno adds the name of its own
 * operation to the operating system's words; that tells a user nothing.
 */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(text).replace(
    /(\(os error \d+\)): \w+ '.*'( -> '.*')?$/,
    "$1",
  );
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
