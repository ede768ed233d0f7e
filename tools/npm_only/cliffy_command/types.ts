/**
 * The shapes that pass between a command, its user and its handlers.
 *
 * Cliffy infers the type of every option from its declaration. The stand-in
 * does not: option values are `any`, so that code which names the inferred
 * types and code which does not both compile.
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any -- option values are not inferred here
import type { Command } from "./command.ts";
import type { ValidationError } from "./errors.ts";
import type { Type } from "./value_types.ts";

/** What a type handler is told about the text it has to turn into a value. */
export interface ArgumentValue {
  /** What kind of thing holds the text: `Option` or `Environment variable`. */
  label: string;
  /** The name of the type, such as `integer`. */
  type: string;
  /** The flag (`--name`) or the variable's name. */
  name: string;
  /** The text as the user gave it. */
  value: string;
}

/** A function that turns text into a value, or throws if it cannot. */
export type TypeHandler<TReturn = unknown> = (arg: ArgumentValue) => TReturn;

/** Either form in which a custom type can be registered. */
export type TypeOrTypeHandler<TValue> = Type<TValue> | TypeHandler<TValue>;

/** Settings for registering a type. */
export interface TypeOptions {
  /** Replace a type of the same name instead of throwing. Default: `false`. */
  override?: boolean;
  /** Make the type known to all sub-commands. Default: `false`. */
  global?: boolean;
}

/** A registered type. */
export interface TypeDef extends TypeOptions {
  /** The name used in declarations, as in `<value:name>`. */
  name: string;
  /** What turns text into a value. */
  handler: TypeOrTypeHandler<unknown>;
}

/** The values a type lists in the help text. */
export type ValuesHandlerResult = Array<string | number | boolean>;

/** The values a type offers to a completing shell. */
export type CompleteHandlerResult =
  | ValuesHandlerResult
  | Promise<ValuesHandlerResult>;

/** A default value, or a function that makes it when it is needed. */
export type DefaultValue<TValue = unknown> = TValue | (() => TValue);

/** The text shown for a default value, or a function that makes it. */
export type DefaultText<TValue = any> =
  | string
  | ((defaultValue: TValue) => string);

/** Maps an option's value; `previous` is the value of an earlier occurrence. */
export type OptionValueHandler<TValue = any, TReturn = any> = (
  value: TValue,
  previous?: TReturn,
) => TReturn;

/** Maps the value of an environment variable. */
export type EnvVarValueHandler<TValue = any, TReturn = any> = (
  value: TValue,
) => TReturn;

/** What runs when a command, or an option with an action, is given. */
export type ActionHandler = (
  this: Command,
  options: any,
  ...args: any[]
) => any;

/** The value an option or an environment variable takes. */
export interface Argument {
  /** The name between the brackets. */
  name: string;
  /** The name of the type; `string` if none was declared. */
  type: string;
  /** `true` for `[value]`, `false` for `<value>`. */
  optional: boolean;
  /** `true` for `<value:type[]>`: a list of values in one text. */
  list: boolean;
  /** What separates the values of a list; a comma if not set. */
  separator?: string;
  /** The declaration as it was written. */
  raw: string;
}

/** Settings of an option that is inherited by all sub-commands. */
export interface GlobalOptionOptions {
  /** Used when neither the flag nor the environment gives a value. */
  default?: DefaultValue;
  /** Shown in the help text in place of the default value. */
  defaultText?: DefaultText;
  /** Throw if the flag is not given. Default: `false`. */
  required?: boolean;
  /** Names of options that cannot be given together with this one. */
  conflicts?: string[];
  /** Names of options without which this one cannot be given. */
  depends?: string[];
  /** Allow several occurrences and gather their values. Default: `false`. */
  collect?: boolean;
  /** Leave the option out of the help text. Default: `false`. */
  hidden?: boolean;
  /** The option cannot be combined with any other. Default: `false`. */
  standalone?: boolean;
  /** Put the option before those declared earlier. Default: `false`. */
  prepend?: boolean;
  /** What separates the values of a list. Default: a comma. */
  separator?: string;
  /** Maps the value, whether given or taken from the default. */
  value?: OptionValueHandler;
  /** Runs before the command's own action when the option is given. */
  action?: ActionHandler;
}

/** Settings of an option. */
export interface OptionOptions extends GlobalOptionOptions {
  /** Let all sub-commands inherit the option. Default: `false`. */
  global?: boolean;
}

/** A declared option. */
export interface Option extends OptionOptions {
  /** The first long flag without its dashes, else the short one. */
  name: string;
  /** The other flags without their dashes. */
  aliases?: string[];
  /** All flags as declared, such as `["-n", "--name"]`. */
  flags: string[];
  /** The text for the help. */
  description: string;
  /** The value the option takes: none or one. */
  args: Argument[];
  /** The declaration of the value, such as `<value:string>`, or "". */
  typeDefinition?: string;
  /** An optional value has to be given as `--name=value`. */
  equalsSign?: boolean;
  /** The heading under which the help text lists the option. */
  groupName?: string;
}

/** Settings of an environment variable that sub-commands inherit. */
export interface GlobalEnvVarOptions {
  /** Leave the variable out of the help text. Default: `false`. */
  hidden?: boolean;
  /** Throw if the variable is unset or empty. Default: `false`. */
  required?: boolean;
  /** Cut from the variable's name to get the option's name. */
  prefix?: string | undefined;
  /** Maps the value. */
  value?: EnvVarValueHandler;
}

/** Settings of an environment variable. */
export interface EnvVarOptions extends GlobalEnvVarOptions {
  /** Let all sub-commands inherit the variable. Default: `false`. */
  global?: boolean;
}

/** A declared environment variable. */
export interface EnvVar extends EnvVarOptions {
  /** The first name. */
  name: string;
  /** All names; the first that is set is used. */
  names: string[];
  /** The text for the help. */
  description: string;
  /** The name of the type of its value. */
  type: string;
  /** The declaration of its value. */
  details: Argument;
}

/** An example shown in the help text. */
export interface Example {
  /** What the example shows. */
  name: string;
  /** The command line. */
  description: string;
}

/** How the help text is made. */
export interface HelpOptions {
  /** Show the types of values. Default: `false`. */
  types?: boolean;
  /** Show defaults, conflicts and allowed values. Default: `true`. */
  hints?: boolean;
  /** Colour the text, unless NO_COLOR is set. Default: `true`. */
  colors?: boolean;
  /** Show whole descriptions, not only their first lines. Default: `false`. */
  long?: boolean;
  /** Columns. Default: those of the terminal, or 150 without one. */
  width?: number;
  /** The most columns to use. Default: no limit. */
  maxWidth?: number;
}

/** What a parsed command gives back. */
export interface CommandResult {
  /** The values of all options by their camel case names. */
  options: any;
  /** Positional arguments: always empty, as the subset has none. */
  args: any[];
  /** What followed `--`. */
  literal: string[];
  /** The command that was run. */
  cmd: Command;
}

/** What had been parsed when an error occurred. */
export interface ErrorContext {
  /** The options parsed so far. */
  options: any;
  /** The arguments parsed so far. */
  args: any;
}

/** Called with an error before it is thrown or printed. */
export type ErrorHandler = (
  error: Error | ValidationError,
  cmd: Command,
  context: ErrorContext,
) => unknown;
