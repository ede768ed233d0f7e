import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";

/**
 * The disk is full or fails: ENOSPC, EDQUOT (Linux, macOS), EIO, EFBIG. Deno
 * gives some of them a code, and all of them a number in the message.
 */
const IO_ERRORS = ["ENOSPC", "EDQUOT", "EIO", "EFBIG"];
const IO_ERROR_NUMBERS = /\(os error (28|122|69|5|27)\)/;

/** Whether something was thrown because a disk is full or fails. */
export function isIoError(error: unknown): boolean {
  return error instanceof Error && (
    IO_ERRORS.includes((error as { code?: string }).code ?? "") ||
    IO_ERROR_NUMBERS.test(messageOf(error))
  );
}

/**
 * The error to report when the output cannot be written.
 *
 * @param option The one that says where it goes. Default: `--out`.
 */
export function outputFailure(
  error: unknown,
  path: string,
  option = "--out",
): EventCounterError {
  if (error instanceof EventCounterError) return error;
  const message = messageOf(error);
  const ioError = isIoError(error);
  return new EventCounterError(
    ioError ? EXIT.ioError : EXIT.cannotCreateOutput,
    `Cannot write "${path}": ${message}; ` +
      (ioError
        ? "nothing is lost, make room and run again"
        : `check the folder and its permissions, or give another with ${option}`),
    { cause: error },
  );
}
