import {
  EventCounterError,
  EXIT,
  type ExitCode,
  messageOf,
} from "../model/errors.ts";
import type { AmqpAddress } from "./amqp_address.ts";

/**
 * Reply codes of AMQP 0-9-1 (https://www.rabbitmq.com/amqp-0-9-1-reference
 * #constants) that no repetition will change.
 */
const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const RESOURCE_LOCKED = 405;
const PRECONDITION_FAILED = 406;
const NOT_ALLOWED = 530;

/**
 * Refusals of a virtual host, one right after another, that are believed. A
 * broker that is just starting may refuse one that it is about to open.
 */
const VHOST_REFUSALS = 4;

/** Judges the failures of one connection's attempts, one after another. */
export class FailureJudge {
  readonly #address: AmqpAddress;
  #vhostRefusals = 0;

  /** @param address The broker that is tried. */
  constructor(address: AmqpAddress) {
    this.#address = address;
  }

  /**
   * The error to end with if trying again is pointless; nothing if it may
   * help.
   *
   * @param error What amqplib reported for the latest attempt.
   */
  lasting(error: unknown): EventCounterError | undefined {
    if (!isVhostRefusal(error)) {
      this.#vhostRefusals = 0;
      return lastingFailure(error, this.#address);
    }
    this.#vhostRefusals++;
    if (this.#vhostRefusals < VHOST_REFUSALS) return undefined;
    return vhostRefused(error, this.#address);
  }
}

/**
 * The error to end with if trying again is pointless; nothing if it may help.
 *
 * @param error What amqplib reported.
 * @param address The broker it was about.
 */
export function lastingFailure(
  error: unknown,
  address: AmqpAddress,
): EventCounterError | undefined {
  if (error instanceof EventCounterError) return error;
  const message = messageOf(error);
  const at = `the broker at ${address.masked}`;
  const fail = (exitCode: ExitCode, text: string) =>
    new EventCounterError(exitCode, text, { cause: error });
  const refuse = (exitCode: ExitCode, what: string) =>
    fail(exitCode, `Refused by ${at}: ${brief(message)}; ${what}`);
  switch (replyCode(error, message)) {
    case ACCESS_REFUSED:
      if (/Handshake/.test(message)) {
        return fail(
          EXIT.loginRefused,
          `Cannot log in to ${at}: it refused user "${address.username}"; check user and password (guest may log in from the broker's own machine only)`,
        );
      }
      // The same code, but no permission would help.
      if (/in exclusive use/.test(message)) {
        return refuse(
          EXIT.brokerRefused,
          "another consumer has the queue for itself: stop it, or wait until it ends",
        );
      }
      if (/reserved prefix/.test(message)) {
        return refuse(
          EXIT.brokerRefused,
          "such names are the broker's own: give another one",
        );
      }
      return refuse(
        EXIT.loginRefused,
        `give user "${address.username}" the permission`,
      );
    case NOT_ALLOWED:
      return vhostRefused(error, address);
    case NOT_FOUND:
      // The same code for a queue that a starting node has not opened yet.
      if (/down or inaccessible/.test(message)) return undefined;
      return refuse(
        EXIT.brokerRefused,
        "check the name, or give --declare to make exchange, queue and binding",
      );
    case RESOURCE_LOCKED:
      return refuse(
        EXIT.brokerRefused,
        "the queue is another connection's own (exclusive): declare it without that there, or give another --queue",
      );
    case PRECONDITION_FAILED:
      return refuse(
        EXIT.brokerRefused,
        "it exists with other properties, leave out --declare or give another name",
      );
    case undefined:
      // TLS, in OpenSSL's words or those of an alert (RFC 8446, 6.2).
      if (!/certificate/i.test(message)) return undefined;
      return fail(
        EXIT.loginRefused,
        `Cannot trust, or be trusted by, ${at}: ${message}; check its certificate and --ca, --cert and --key`,
      );
    default:
      return undefined;
  }
}

/** Whether the error of an attempt says that the virtual host is not open. */
export function isAboutVhost(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return error instanceof EventCounterError &&
    (isVhostRefusal(cause) ||
      replyCode(cause ?? error, messageOf(cause)) === NOT_ALLOWED);
}

/** The error to end with when the broker could not be reached in time. */
export function unreachable(
  error: unknown,
  address: AmqpAddress,
  milliseconds: number,
  option: string,
): EventCounterError {
  return new EventCounterError(
    EXIT.brokerUnreachable,
    `Cannot reach the broker at ${address.masked}: ${messageOf(error)}, ` +
      `tried for ${milliseconds / 1000} s; ` +
      `check that it runs and is reachable, or raise ${option}`,
    { cause: error },
  );
}

/**
 * A broker answers a virtual host that it does not open by closing the
 * connection (AMQP 0-9-1, `connection.open`). amqplib does not say why.
 */
function isVhostRefusal(error: unknown): boolean {
  return /Expected ConnectionOpenOk; got <ConnectionClose/.test(
    messageOf(error),
  );
}

function vhostRefused(
  error: unknown,
  { vhost, username, masked }: AmqpAddress,
): EventCounterError {
  return new EventCounterError(
    EXIT.loginRefused,
    `Cannot open virtual host "${vhost}" of the broker at ${masked}: ` +
      `it does not exist, or user "${username}" may not use it; ` +
      "check the path of the URL",
    { cause: error },
  );
}

/** amqplib gives a code with channel errors; in the handshake only a text. */
function replyCode(error: unknown, message: string): number | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === "number") return code;
  const text = /\b(403|530) \(|replyCode: ?(\d{3})/.exec(message);
  if (text !== null) return Number(text[1] ?? text[2]);
  if (/NOT_ALLOWED/.test(message)) return NOT_ALLOWED;
  return /ACCESS.REFUSED/.test(message) ? ACCESS_REFUSED : undefined;
}

/** The broker's own words without the wrapping that amqplib adds. */
function brief(message: string): string {
  return /with message "(.*)"$/.exec(message)?.[1] ?? message;
}
