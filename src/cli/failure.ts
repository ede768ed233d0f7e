import { ValidationError } from "@cliffy/command";
import {
  EventCounterError,
  EXIT,
  type ExitCode,
  messageOf,
} from "../model/errors.ts";
import { maskPassword } from "../model/mask_password.ts";
import { isIoError } from "../output/output_failure.ts";
import { EXAMPLE_URL } from "../topology/amqp_address.ts";
import { helpFor } from "./command_tree.ts";
import { VARIABLES } from "./variables.ts";

/** How the program ends when it fails. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** One line, without a password. */
  readonly message: string;
}

/**
 * What whatever was thrown comes to.
 *
 * @param args The command line that led to it, as far as it is known.
 */
export function failureOf(
  error: unknown,
  args: readonly string[] = [],
): Failure {
  const { exitCode, message } = judge(error, args);
  return { exitCode, message: maskUrls(message) };
}

function judge(error: unknown, args: readonly string[]): Failure {
  if (error instanceof EventCounterError) return error;
  const message = messageOf(error);
  if (error instanceof ValidationError) {
    return {
      exitCode: EXIT.usage,
      message: `${message} See ${helpFor(args)}.`,
    };
  }
  // Deno's message quotes the value, which may be a URL with its password.
  if (/not valid unicode/i.test(message)) {
    return {
      exitCode: EXIT.usage,
      message: `Cannot read the variable ${unreadableVariable()}: ` +
        "its value is no UTF-8; set it again",
    };
  }
  // All other output has errors of its own.
  if (isIoError(error)) {
    return {
      exitCode: EXIT.ioError,
      message: `Cannot write to standard output: ${message}; ` +
        "what it was to tell is lost, and nothing else: see where it goes",
    };
  }
  return {
    exitCode: EXIT.unexpected,
    message: `Unexpected: ${message}; please report it, with what led to it`,
  };
}

function unreadableVariable(): string {
  return VARIABLES.find((name) => {
    try {
      Deno.env.get(name);
      return false;
    } catch {
      return true;
    }
  }) ?? "that this program reads";
}

/**
 * Masks the passwords of all URLs in a message: one may stand where it does not
 * belong, behind the wrong option or as a command.
 */
function maskUrls(message: string): string {
  return message
    .replaceAll(
      /"([a-z][a-z0-9+.-]*:\/\/[^"]*)"/gi,
      (_, url) => `"${maskPassword(url)}"`,
    )
    // What ends a clause is no part of it.
    .replaceAll(
      /[a-z][a-z0-9+.-]*:\/\/[^\s"]+?(?=[:,;.)]*(?:[\s"]|$))/gi,
      (url) => url === EXAMPLE_URL ? url : maskPassword(url),
    );
}
