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

/** What each exit code means, as README.md and the manual page list it. */
export const EXIT_MEANINGS: Readonly<
  Record<ExitCode | 129 | 130 | 143, string>
> = {
  0: "done, also after SIGINT, SIGTERM or SIGHUP",
  1: "unexpected error",
  2: "wrong usage",
  65: "the input, the ledger or a stream is not what it should be",
  69: "broker unreachable, at first or after a loss",
  73: "output cannot be made or written",
  74: "I/O error, disk full",
  75: "the ledger is in use, or messages were left behind",
  76: "queue or exchange missing, or refused by the broker",
  77: "login, permission or certificate refused",
  129: "ended at once by a second signal, SIGHUP",
  130: "ended at once by a second signal, SIGINT",
  143: "ended at once by a second signal, SIGTERM",
};

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
 * operation to the operating system's words; that tells a user nothing. Nor
 * does its advice to run again with a flag, which this program does not have.
 */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(text)
    .replace(/(\(os error \d+\)): \w+ '.*'( -> '.*')?$/, "$1")
    .replace(
      /^Requires (\w+) access to (.*), run again with the --allow-[\w-]+ flag$/,
      (_, kind, what) =>
        /^(read|write|all)$/.test(kind)
          ? "this program has no permission to use it (Deno gives none for " +
            "folders of the system such as /dev, /proc and /sys)"
          : `this program has no permission for ${what} (${kind})`,
    );
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
