/**
 * Reads a command line from left to right.
 *
 * commander's own reader cannot be used: it takes `-n5` and `-abc` apart by
 * other rules, knows no repeated-option error and reports unknown options only
 * after the whole line is read, so that another error would come first.
 *
 * @module
 */
import {
  duplicateOption,
  missingValue,
  unexpectedValue,
  unknownOption,
  UsageError,
} from "./errors.ts";
import { findOption, optionProperty } from "./names.ts";
import {
  defaultOf,
  type ParseContext,
  type ParseType,
} from "./parse_context.ts";
import type { Argument, Option } from "./types.ts";

/** Marks an option that was given an empty value: it counts as not given. */
const EMPTY = Symbol("empty");

/** A flag as it was found on the command line. */
interface FoundFlag {
  /** The flag without a value. */
  flag: string;
  /** The value behind an equals sign. */
  joined: string | undefined;
  /** Whether the flag is `--no-…`. */
  negated: boolean;
  /** The option the flag means. */
  option: Option;
}

/** Reads the tokens of one command line. */
export class TokenReader {
  readonly #context: ParseContext;
  readonly #options: readonly Option[];
  readonly #parseType: ParseType;
  readonly #tokens: string[];
  #position = 0;

  /**
   * @param context Gives the tokens in `rest` and takes what is found.
   * @param options The options to look for.
   * @param parseType Turns text into a value by the named type.
   */
  constructor(
    context: ParseContext,
    options: readonly Option[],
    parseType: ParseType,
  ) {
    this.#context = context;
    this.#options = options;
    this.#parseType = parseType;
    this.#tokens = context.rest;
    context.rest = [];
  }

  /**
   * Reads all tokens.
   *
   * @param onlyLeading Stop at the first token that is no known option and
   *   leave the rest unread.
   * @returns The options found, by property.
   * @throws {Error} At the first token that is wrong.
   */
  read(onlyLeading: boolean): Map<string, Option> {
    const found = new Map<string, Option>();
    let stopped = false;
    for (; this.#position < this.#tokens.length; this.#position++) {
      const token = this.#tokens[this.#position] ?? "";
      if (token === "--") {
        this.#context.literal.push(...this.#tokens.slice(this.#position + 1));
        break;
      }
      const isFlag = token.length > 1 && token.startsWith("-");
      if (stopped || !isFlag) {
        stopped ||= onlyLeading;
        this.#context.rest.push(token);
        continue;
      }
      const flag = this.#findFlag(token, onlyLeading);
      if (flag) this.#readOption(flag, found);
      else stopped = true;
    }
    return found;
  }

  /** Finds out what a flag means; without a result it is left unread. */
  #findFlag(token: string, onlyLeading: boolean): FoundFlag | undefined {
    if (/^-[^-][^.]/.test(token)) {
      this.#tokens.splice(this.#position, 1, ...splitBundle(token));
    }
    const current = this.#tokens[this.#position] ?? "";
    const equals = current.indexOf("=");
    const flag = equals === -1 ? current : current.slice(0, equals);
    const option = findOption(this.#options, flag);
    if (!option) {
      if (!onlyLeading) throw unknownOption(flag, this.#options);
      this.#context.rest.push(current);
      return undefined;
    }
    return {
      flag,
      joined: equals === -1 ? undefined : current.slice(equals + 1),
      negated: token.startsWith("--no-"),
      option,
    };
  }

  #readOption(found: FoundFlag, all: Map<string, Option>): void {
    const { flag, joined, negated, option } = found;
    const { values, seen, actions } = this.#context;
    seen.push(this.#tokens[this.#position] ?? "");
    if (option.standalone) this.#context.standalone = option;

    const property = optionProperty(
      negated ? option.name.replace(/^no-?/, "") : option.name,
    );
    const previous = values.getOptionValue(property);
    if (
      previous !== undefined && !option.collect &&
      values.source(property) === "cli"
    ) {
      throw duplicateOption(flag);
    }
    const [argument] = option.args;
    if (!argument && joined !== undefined) {
      throw unexpectedValue(option.name, joined);
    }

    let value: unknown = negated ? false : undefined;
    if (argument && !negated) {
      value = this.#readValue(option, argument, joined);
      if (value === EMPTY) return;
      if (value === undefined && !argument.optional) {
        throw missingValue(option.name);
      }
    }
    if (value === undefined) {
      const useDefault = option.default !== undefined &&
        (option.value || argument);
      value = useDefault ? defaultOf(option) : true;
    }
    if (option.value) value = option.value(value, previous);
    else if (option.collect) value = [...asList(previous), value];

    values.set(property, value, "cli");
    all.set(property, option);
    if (option.action) actions.push(option.action);
  }

  /** Reads the value of an option; `undefined` if it has none. */
  #readValue(
    option: Option,
    argument: Argument,
    joined: string | undefined,
  ): unknown {
    const text = joined ?? this.#tokens[this.#position + 1];
    const taken = text !== undefined &&
      this.#isValue(option, argument, text, joined !== undefined);
    if (!taken) {
      return argument.optional && argument.type === "boolean"
        ? true
        : undefined;
    }
    let value: unknown = EMPTY;
    if (text !== "" || (option.required && !argument.optional)) {
      value = argument.list
        ? this.#parseList(option, argument, text)
        : this.#parseText(option, argument, text);
    }
    // A type may refuse a token by giving back undefined; it is then read again
    // as a token of its own.
    if (joined === undefined && value !== undefined) {
      this.#position++;
      this.#context.seen.push(text);
    }
    return value;
  }

  /**
   * Whether a token is the value of the option before it.
   *
   * A required value takes whatever follows, even `-1` or `--other`. An
   * optional one leaves what looks like a flag, and whatever names an option
   * even without dashes, which is what Cliffy does.
   */
  #isValue(
    option: Option,
    argument: Argument,
    text: string,
    joined: boolean,
  ): boolean {
    if (!argument.optional) return true;
    if (option.equalsSign && !joined) return false;
    if (findOption(this.#options, text)) return false;
    return joined || !text.startsWith("-") ||
      (argument.type === "number" && !Number.isNaN(Number(text)));
  }

  #parseList(option: Option, argument: Argument, text: string): unknown[] {
    return text.split(argument.separator || ",").map((item) => {
      const value = this.#parseText(option, argument, item);
      if (value !== undefined) return value;
      throw new UsageError(
        `Option "--${option.name}" must be of type "${argument.type}", but got "${item}".`,
      );
    });
  }

  #parseText(option: Option, argument: Argument, text: string): unknown {
    return this.#parseType({
      label: "Option",
      name: `--${option.name}`,
      type: argument.type,
      value: text,
    });
  }
}

/**
 * Splits short flags that were written together.
 *
 * `-abc` are three flags. If the last character is a digit, all behind the
 * first letter is its value: `-n50` is `-n 50`. A value behind an equals sign
 * belongs to the last flag.
 */
function splitBundle(token: string): string[] {
  const equals = token.indexOf("=");
  const end = equals === -1 ? token.length : equals;
  const letters = [...token.slice(1, end)];
  let parts = letters.map((letter) => `-${letter}`);
  if (!Number.isNaN(Number(token.at(-1)))) {
    const value = letters.slice(1).join("");
    parts = [`-${letters[0]}`, ...(value ? [value] : [])];
  }
  return [...parts.slice(0, -1), `${parts.at(-1)}${token.slice(end)}`];
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
