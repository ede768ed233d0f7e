/**
 * The reading of declarations such as `-n, --name <value:type>`.
 *
 * @module
 */
import {
  Argument as CommanderArgument,
  Option as CommanderOption,
} from "commander";
import { CommandError } from "./errors.ts";
import type {
  Argument,
  EnvVar,
  EnvVarOptions,
  Option,
  OptionOptions,
} from "./types.ts";

/** A declaration split at the first bracket. */
interface SplitDeclaration {
  /** The flags or variable names. */
  names: string;
  /** The declaration of the value, or "". */
  value: string;
  /** Whether an equals sign joins the two. */
  equalsSign: boolean;
}

/**
 * Reads the declaration of an option.
 *
 * @param flags Flags and value, such as `-n, --name <value:string>`.
 * @param description The text for the help.
 * @param options The option's settings.
 * @param groupName The heading in the help text; `null` for none.
 * @throws {Error} If the declaration is outside the subset.
 */
export function readOption(
  flags: string,
  description: string,
  options: OptionOptions,
  groupName: string | null,
): Option {
  const { names, value, equalsSign } = splitDeclaration(flags);
  const { short, long } = new CommanderOption(names);
  const declared = [short, long].filter((flag) => flag !== undefined);
  const bare = declared.map((flag) => flag.replace(/^-+/, ""));
  const first = declared.findIndex((flag) => flag.startsWith("--"));
  // Cliffy gives an option without a long flag the name "".
  const [name = ""] = first === -1 ? [] : bare.splice(first, 1);
  if (!name || /[.*]/.test(name)) {
    throw new CommandError(`Option declaration not supported: "${flags}".`);
  }
  const argument = value ? readArgument(value) : undefined;
  if (argument?.list && options.separator) {
    argument.separator = options.separator;
  }
  return {
    ...options,
    name,
    description,
    flags: declared,
    args: argument ? [argument] : [],
    typeDefinition: value,
    equalsSign,
    ...(bare.length ? { aliases: bare } : {}),
    ...(groupName === null ? {} : { groupName }),
  };
}

/**
 * Reads the declaration of an environment variable.
 *
 * @param declaration Names and value, such as `NAME=<value:string>`; without
 *   a value the variable is a boolean.
 * @param description The text for the help.
 * @param options The variable's settings.
 * @throws {Error} If the value is optional or outside the subset.
 */
export function readVariable(
  declaration: string,
  description: string,
  options: EnvVarOptions,
): EnvVar {
  const { names, value } = splitDeclaration(declaration);
  const list = names.split(/[, ]+/);
  const [name = ""] = list;
  const details = readArgument(value || "<value:boolean>");
  if (details.optional) {
    throw new CommandError(
      `An environment variable cannot have an optional value, but "${declaration}" is defined as optional.`,
    );
  }
  return {
    ...options,
    name,
    names: list,
    description,
    type: details.type,
    details,
  };
}

function splitDeclaration(declaration: string): SplitDeclaration {
  const text = declaration.trim();
  const bracket = text.search(/[<[]/);
  const names = bracket === -1 ? text : text.slice(0, bracket);
  return {
    names: names.replace(/[, =]+$/, ""),
    value: bracket === -1 ? "" : text.slice(bracket),
    equalsSign: text.includes("="),
  };
}

/** Reads the declaration of one value, such as `<value:string[]>`. */
function readArgument(raw: string): Argument {
  const argument = new CommanderArgument(raw);
  const [name = "", type = "", completion] = argument.name().split(":");
  if (
    argument.variadic || name.startsWith("...") || /[\s<>]/.test(type + name) ||
    completion !== undefined
  ) {
    throw new CommandError(`Value declaration not supported: "${raw}".`);
  }
  return {
    name,
    type: type.replace(/\[\]$/, "") || "string",
    optional: !argument.required,
    list: type.endsWith("[]"),
    raw,
  };
}
