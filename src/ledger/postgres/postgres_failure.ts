import {
  EventCounterError,
  EXIT,
  type ExitCode,
  messageOf,
} from "../../model/errors.ts";
import type { PostgresAddress } from "./postgres_address.ts";

/**
 * Conditions that pass, by the codes of PostgreSQL or the classes these begin
 * with (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const PASSING = [
  "08", // the connection
  "40", // a conflict with another transaction: serialization, deadlock
  "57P", // it is being shut down or started
  "53300", // too many connections
  "55P03", // a lock is not to be had
  "57014", // it took longer than statement_timeout
  "25P03", // it was idle in a transaction for too long
  "25006", // what was the primary takes no writes any more
];

/** What no repetition will change, by codes or their classes. */
const LASTING: readonly [code: string, ExitCode, advice: string][] = [
  [
    "28",
    EXIT.loginRefused,
    "check user, password and, where the server asks for TLS, ?sslmode=verify-full",
  ],
  ["3D", EXIT.loginRefused, "make the database, or correct the URL"],
  ["42501", EXIT.loginRefused, "give the user the permission"],
  [
    "42",
    EXIT.badInput,
    "it is no ledger, or damaged; give another with ?schema=",
  ],
  [
    "53",
    EXIT.ioError,
    "nothing of the last batch was acknowledged, so nothing is lost; give the server room, and run again",
  ],
  [
    "58",
    EXIT.ioError,
    "nothing of the last batch was acknowledged, so nothing is lost; look at the server's log",
  ],
];

/** The code of an error that PostgreSQL itself has reported. */
export function codeOf(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // Errors of the system have codes, too: ECONNREFUSED and the like.
  return typeof severity === "string" ? String(code) : undefined;
}

/** What the package `pg` says of a connection that is gone. */
const GONE =
  /^Connection terminated|timeout expired|read timeout|not queryable/;

/** Whether trying again may help: the connection is gone, or a conflict. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) {
    return PASSING.some((prefix) => code.startsWith(prefix));
  }
  if (isCertificateFailure(error)) return false;
  // The system's own errors: ECONNREFUSED and the like.
  const { code: systemCode } = error as { code?: unknown };
  return /^E[A-Z_]+$/.test(String(systemCode)) || GONE.test(messageOf(error));
}

/** The server itself does not know what has become of a commit. */
const COMPLETION_UNKNOWN = "40003";

/**
 * Whether the server has said that a statement failed, and so that nothing of
 * its transaction is durable. What ends a session may come after a commit.
 */
export function isRefusal(error: unknown): boolean {
  return ![undefined, COMPLETION_UNKNOWN].includes(codeOf(error)) &&
    (error as { severity: string }).severity === "ERROR";
}

/** The error to report where trying again is pointless. */
export function lastingFailure(
  error: unknown,
  { masked }: PostgresAddress,
): EventCounterError {
  if (error instanceof EventCounterError) return error;
  const code = codeOf(error);
  const [, exitCode, advice] =
    LASTING.find(([prefix]) => code?.startsWith(prefix)) ??
      (isCertificateFailure(error)
        ? [
          "",
          EXIT.loginRefused,
          "check its certificate, sslrootcert, sslcert and sslkey",
        ]
        : ["", EXIT.unexpected, "this should not happen, please report it"]);
  return new EventCounterError(
    exitCode,
    `Cannot use ledger "${masked}": ${wordsOf(error)}; ${advice}`,
    { cause: error },
  );
}

/** The error to report when the server could not be reached in time. */
export function unreachable(
  error: unknown,
  { masked }: PostgresAddress,
  milliseconds: number,
  option: string | undefined,
): EventCounterError {
  const raise = option === undefined ? "" : `, or raise ${option}`;
  return new EventCounterError(
    EXIT.brokerUnreachable,
    `Cannot reach ledger "${masked}": ${wordsOf(error)}, ` +
      `tried for ${milliseconds / 1000} s; ` +
      `check that it runs and is reachable${raise}`,
    { cause: error },
  );
}

/** What went wrong. A name with several addresses fails with an error for each. */
export function wordsOf(error: unknown): string {
  return error instanceof AggregateError && error.errors.length > 0
    ? wordsOf(error.errors[0])
    : messageOf(error);
}

/** In the words of rustls, of OpenSSL, or of an alert (RFC 8446, 6.2). */
function isCertificateFailure(error: unknown): boolean {
  return codeOf(error) === undefined &&
    /certificate|does not support SSL/i.test(messageOf(error));
}
