import { ValidationError } from "@cliffy/command";
import {
  allCommands,
  allOptions,
  type CommandDescription,
  PROGRAM,
} from "./command_tree.ts";
import type { Format } from "./log.ts";
import { flagsOf, valueOf } from "./option_spec.ts";

/** An option as it stands on a command line. */
export interface GivenOption {
  /** Its name without dashes. */
  readonly name: string;
  readonly value: string;
}

/** The names of all options that take a value. */
const WITH_VALUE: ReadonlySet<string> = new Set(
  allCommands(PROGRAM).flatMap(allOptions)
    .filter((option) => valueOf(option) !== undefined)
    .flatMap((option) => flagsOf(option).map((flag) => flag.slice(2))),
);

/**
 * Finds the options with a value on a command line, as Cliffy reads them: the
 * value stands behind `=` or is the next argument, whatever that looks like.
 */
export function givenOptions(args: readonly string[]): GivenOption[] {
  const given: GivenOption[] = [];
  for (let at = 0; at < args.length && args[at] !== "--"; at++) {
    const [, name, attached] = /^--+([^=]+)(?:=(.*))?$/s.exec(args[at]!) ?? [];
    if (name === undefined || !WITH_VALUE.has(name)) continue;
    const value = attached ?? args[++at];
    // That one is missing is Cliffy's to tell.
    if (value !== undefined) given.push({ name, value });
  }
  return given;
}

/**
 * How an error is to look, as far as that can be told of a command line that
 * may be wrong: as an object where either the records or the summary are to.
 */
export function givenErrorFormat(args: readonly string[]): Format {
  const given = new Map(
    givenOptions(args).map(({ name, value }) => [name, value]),
  );
  const logFormat = given.get("log-format") ??
    variable("EVENTCOUNTER_LOG_FORMAT");
  return [logFormat, given.get("format")].includes("json") ? "json" : "text";
}

/** What a variable holds; nothing if that is no UTF-8. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

/**
 * Refuses options with an empty value. Cliffy takes them for options that were
 * not given, so a script with an unset variable would drain the default queue.
 *
 * @throws {ValidationError} That names the first of them.
 */
export function refuseEmptyValues(args: readonly string[]): void {
  const empty = givenOptions(args).find(({ value }) => value === "");
  if (empty === undefined) return;
  throw new ValidationError(
    `Option "--${empty.name}" must not be empty, but got ""; give it a value or leave it out.`,
  );
}

/**
 * Refuses a word in the place of a command that is none. Cliffy would count it
 * as an argument too many.
 *
 * @throws {ValidationError} That names it, and those that there are.
 */
export function refuseUnknownCommands(args: readonly string[]): void {
  let command: CommandDescription = PROGRAM;
  for (const word of args) {
    if (word.startsWith("-") || command.argument !== undefined) return;
    const next = command.commands.find(({ name }) => name === word);
    if (next === undefined) {
      const names = command.commands.map(({ name }) => name);
      throw new ValidationError(
        `Unknown command "${[...command.path, word].join(" ")}"` +
          (names.length === 0
            ? `: ${command.name} takes options alone.`
            : `, ${command.name} has ${names.join(", ")}.`),
      );
    }
    command = next;
  }
}
