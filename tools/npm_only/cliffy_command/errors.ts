/**
 * The errors a command throws and their messages.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { flagOf } from "./names.ts";
import { suggestion } from "./suggestion.ts";
import type { ArgumentValue, Option } from "./types.ts";

/** A command was declared or used in a way that is a fault in the program. */
export class CommandError extends Error {}

/** Settings of a {@linkcode ValidationError}. */
export interface ValidationErrorOptions extends ErrorOptions {
  /** The code the process exits with. Default: 2. */
  exitCode?: number;
}

/** The user gave a command line or an environment that cannot be accepted. */
export class ValidationError extends CommandError {
  /** The code the process exits with when the error is not handled. */
  readonly exitCode: number;
  /** The command that failed; set when the command reports the error. */
  cmd?: Command;

  /**
   * @param message What is wrong, for the user.
   * @param options The exit code and the cause.
   */
  constructor(message: string, options: ValidationErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}

/**
 * What the parser throws for a wrong command line.
 *
 * The command turns it into a {@linkcode ValidationError} with this error as
 * its cause, as Cliffy does with the errors of its flags package.
 */
export class UsageError extends Error {}

/** No option has this flag. */
export function unknownOption(
  flag: string,
  options: readonly Option[],
): UsageError {
  return new UsageError(
    `Unknown option "${flagOf(flag)}".${suggestOption(flag, options)}`,
  );
}

/**
 * An option names another one that does not exist.
 *
 * @param role How the option names it: `required` or `conflicting`.
 */
export function unknownRelatedOption(
  role: "required" | "conflicting",
  name: string,
  options: readonly Option[],
): CommandError {
  return new CommandError(
    `Unknown ${role} option "${flagOf(name)}".${suggestOption(name, options)}`,
  );
}

/** No type has this name. */
export function unknownType(
  name: string,
  known: readonly string[],
): CommandError {
  return new CommandError(
    `Unknown type "${name}".${suggestion("type", name, known)}`,
  );
}

/** The text cannot be turned into a value of the type. */
export function invalidType(
  { label, name, type, value }: ArgumentValue,
  allowed?: readonly unknown[],
): UsageError {
  const hint = allowed
    ? ` Expected values: ${allowed.map((item) => `"${item}"`).join(", ")}`
    : "";
  return new UsageError(
    `${label} "${name}" must be of type "${type}", but got "${value}".${hint}`,
  );
}

/** An option that can be given once was given again. */
export function duplicateOption(flag: string): UsageError {
  const name = flagOf(flag).replace(/^--no-/, "--");
  return new UsageError(
    `Option "${name}" can only occur once, but was found several times.`,
  );
}

/** An option that needs a value has none. */
export function missingValue(name: string): UsageError {
  return new UsageError(`Missing value for option "${flagOf(name)}".`);
}

/** An option without a value was given one with `=`. */
export function unexpectedValue(name: string, value: string): UsageError {
  return new UsageError(
    `Option "${flagOf(name)}" doesn't take a value, but got "${value}".`,
  );
}

/** An option that stands alone was given with another one. */
export function notCombinable(name: string): UsageError {
  return new UsageError(
    `Option "${flagOf(name)}" cannot be combined with other options.`,
  );
}

/** Two options exclude each other. */
export function conflictingOption(name: string, other: string): UsageError {
  return new UsageError(
    `Option "${flagOf(name)}" conflicts with option "${flagOf(other)}".`,
  );
}

/** An option lacks the one it depends on. */
export function dependingOption(name: string, other: string): UsageError {
  return new UsageError(
    `Option "${flagOf(name)}" depends on option "${flagOf(other)}".`,
  );
}

/** A required option was not given. */
export function missingOption(name: string): UsageError {
  return new UsageError(`Missing required option "${flagOf(name)}".`);
}

/** A required environment variable is unset or empty. */
export function missingVariable(name: string): ValidationError {
  return new ValidationError(
    `Missing required environment variable "${name}".`,
  );
}

/** No sub-command has this name. */
export function unknownCommand(
  name: string,
  known: readonly string[],
): ValidationError {
  return new ValidationError(
    `Unknown command "${name}".${suggestion("command", name, known)}`,
  );
}

/** A command without arguments was given some. */
export function noArgumentsAllowed(path: string): ValidationError {
  return new ValidationError(`No arguments allowed for command "${path}".`);
}

/** A sub-command was named after options of its parent. */
export function tooManyArguments(args: readonly string[]): ValidationError {
  return new ValidationError(`Too many arguments: ${args.join(" ")}`);
}

function suggestOption(flag: string, options: readonly Option[]): string {
  const flags = options.flatMap((option) =>
    [option.name, ...(option.aliases ?? [])].map(flagOf)
  );
  return suggestion("option", flagOf(flag), flags);
}
