/**
 * What one run of the parser carries from step to step.
 *
 * @module
 */
import { OptionValues } from "./option_values.ts";
import type { ActionHandler, ArgumentValue, Option } from "./types.ts";

/** Turns text into a value by the named type. */
export type ParseType = (argument: ArgumentValue) => unknown;

/** The state of one run of the parser. */
export interface ParseContext {
  /** What is still to be read; after parsing, what no option claimed. */
  rest: string[];
  /** What followed `--`. */
  literal: string[];
  /** The values found so far. */
  values: OptionValues;
  /** The flags found so far, as written, and the values taken by them. */
  seen: string[];
  /** The option that was given and cannot be combined with others. */
  standalone: Option | undefined;
  /** The actions of the options found so far. */
  actions: ActionHandler[];
}

/** Starts a run on a command line. */
export function newParseContext(args: readonly string[]): ParseContext {
  return {
    rest: [...args],
    literal: [],
    values: new OptionValues(),
    seen: [],
    standalone: undefined,
    actions: [],
  };
}

/** The default of an option, made now if it is declared as a function. */
export function defaultOf(option: Option): unknown {
  return typeof option.default === "function"
    ? option.default()
    : option.default;
}
