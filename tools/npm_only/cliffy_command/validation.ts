/**
 * Defaults, and the rules that relate options to each other.
 *
 * @module
 */
import {
  conflictingOption,
  dependingOption,
  missingOption,
  missingValue,
  notCombinable,
  unknownRelatedOption,
} from "./errors.ts";
import { findOption, optionProperty } from "./names.ts";
import type { OptionValues } from "./option_values.ts";
import {
  defaultOf,
  type ParseContext,
  type ParseType,
} from "./parse_context.ts";
import { TokenReader } from "./token_reader.ts";
import type { Option } from "./types.ts";

/**
 * Reads the command line and checks it.
 *
 * @param context Gives the tokens and takes the values.
 * @param options The options to look for.
 * @param parseType Turns text into a value by the named type.
 * @param onlyLeading Stop at the first token that is no known option.
 * @throws {Error} If the command line is wrong.
 */
export function parseOptions(
  context: ParseContext,
  options: readonly Option[],
  parseType: ParseType,
  onlyLeading: boolean,
): void {
  checkDeclarations(options);
  const found = new TokenReader(context, options, parseType).read(onlyLeading);
  applyDefaults(context.values, options);
  if (context.standalone) {
    checkStandalone(context.standalone, found);
    return;
  }
  for (const [property, option] of found) {
    checkConflicts(context, option, options);
    checkDependencies(context.values, option);
    const [argument] = option.args;
    if (
      argument && !argument.optional &&
      context.values.getOptionValue(property) === undefined
    ) {
      throw missingValue(option.name);
    }
  }
  checkRequired(context.values, found, options);
}

function checkDeclarations(options: readonly Option[]): void {
  for (const option of options) {
    for (const name of option.depends ?? []) {
      if (findOption(options, name)) continue;
      throw unknownRelatedOption("required", name, options);
    }
    for (const name of option.conflicts ?? []) {
      if (findOption(options, name)) continue;
      throw unknownRelatedOption("conflicting", name, options);
    }
  }
}

function applyDefaults(values: OptionValues, options: readonly Option[]): void {
  for (const option of options) {
    const positive = option.name.match(/^no-(.*)$/)?.[1];
    // Only without its positive counterpart does `--no-color` make `color` true.
    if (positive && findOption(options, positive)) continue;
    const property = optionProperty(positive ?? option.name);
    if (values.get(property) !== undefined) continue;
    if (option.default === undefined && !positive) continue;
    const value = defaultOf(option) ?? (positive ? true : undefined);
    values.set(
      property,
      option.value ? option.value(value) : value,
      "default",
    );
  }
}

function checkStandalone(
  standalone: Option,
  found: ReadonlyMap<string, Option>,
): void {
  for (const option of found.values()) {
    if (option !== standalone) throw notCombinable(standalone.name);
  }
}

function checkConflicts(
  context: ParseContext,
  option: Option,
  options: readonly Option[],
): void {
  for (const name of option.conflicts ?? []) {
    const names = [name, ...(findOption(options, name)?.aliases ?? [])];
    // The tokens seen include values, as in Cliffy, so that a value that is
    // spelled like the other option conflicts as well.
    const given = context.seen.some((token) =>
      names.includes(token.replace(/^-+/, "").split("=", 1)[0] ?? "")
    );
    const inEnvironment = context.values.hasVariable(optionProperty(name));
    if (given || inEnvironment) throw conflictingOption(option.name, name);
  }
}

function checkDependencies(values: OptionValues, option: Option): void {
  for (const name of option.depends ?? []) {
    const given = values.getOptionValue(optionProperty(name)) !== undefined;
    // Cliffy looks a variable up by the option's name and not by its property,
    // so only names of one word are found in the environment.
    if (!given && !values.hasVariable(name)) {
      throw dependingOption(option.name, name);
    }
  }
}

function checkRequired(
  values: OptionValues,
  found: ReadonlyMap<string, Option>,
  options: readonly Option[],
): void {
  const excluded = new Set(
    [...found.values()].flatMap((option) => option.conflicts ?? []),
  );
  for (const option of options) {
    if (!option.required || excluded.has(option.name)) continue;
    const source = values.source(optionProperty(option.name));
    // As in Cliffy a variable does not stand in for a required option.
    if (source === "cli" || source === "default") continue;
    const hasConflict = option.conflicts?.some((name) =>
      values.getOptionValue(name)
    );
    if (!hasConflict) throw missingOption(option.name);
  }
}
