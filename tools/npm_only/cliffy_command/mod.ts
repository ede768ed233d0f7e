/**
 * Stand-in for `@cliffy/command` 1.2.1 on networks that serve npm only.
 *
 * It is mapped to the bare name `@cliffy/command` by `tools/npm_only/deno.json`
 * and gives the part of Cliffy's interface this project uses, with the same
 * results, the same messages and the same help text.
 *
 * npm's `commander` carries what it can carry truthfully: the tree of commands
 * (names, aliases, descriptions), the reading of declarations such as
 * `-n, --name <value>`, and the store that remembers whether a value came from
 * a default, the environment or the command line. The order of parsing, the
 * messages and the help layout are Cliffy's own and differ from commander's,
 * so they are written here.
 *
 * What the subset leaves out (positional arguments, several values for one
 * option, dotted and wildcard option names, completions, the upgrade command)
 * is either absent from the types or refused when it is declared, so that it
 * cannot go unnoticed.
 *
 * @module
 */
export { Command } from "./command.ts";
export { ValidationError, type ValidationErrorOptions } from "./errors.ts";
export {
  BooleanType,
  EnumType,
  FileType,
  type InferType,
  IntegerType,
  NumberType,
  SecretType,
  StringType,
  Type,
} from "./value_types.ts";
export type {
  ActionHandler,
  Argument,
  ArgumentValue,
  CommandResult,
  CompleteHandlerResult,
  DefaultText,
  DefaultValue,
  EnvVar,
  EnvVarOptions,
  EnvVarValueHandler,
  ErrorContext,
  ErrorHandler,
  Example,
  GlobalEnvVarOptions,
  GlobalOptionOptions,
  HelpOptions,
  Option,
  OptionOptions,
  OptionValueHandler,
  TypeDef,
  TypeHandler,
  TypeOptions,
  TypeOrTypeHandler,
  ValuesHandlerResult,
} from "./types.ts";
