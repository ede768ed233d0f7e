/**
 * The types of values: the base class, the built-in types and enumerations.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { invalidType } from "./errors.ts";
import type {
  ArgumentValue,
  CompleteHandlerResult,
  TypeOrTypeHandler,
  ValuesHandlerResult,
} from "./types.ts";

/** Base class of custom types. */
export abstract class Type<TValue> {
  /**
   * Turns text into a value.
   *
   * @throws {Error} If the text is not acceptable.
   */
  abstract parse(type: ArgumentValue): TValue;

  /** Shown in the help text in place of the default value. */
  defaultText?(): string;

  /** The allowed values, listed in the help text. */
  values?(cmd: Command, parent?: Command): ValuesHandlerResult;

  /** The values offered to a completing shell. */
  complete?(cmd: Command, parent?: Command): CompleteHandlerResult;
}

/** The value type of a type or a type handler. */
export type InferType<TType, TDefault = TType> = TType extends
  TypeOrTypeHandler<infer TValue> ? TValue : TDefault;

/** Any text. */
export class StringType extends Type<string> {
  /** Gives the text back as it is. */
  parse(type: ArgumentValue): string {
    return type.value;
  }
}

/** The path of a file: any text. */
export class FileType extends StringType {}

/** Text whose default is not shown in the help. */
export class SecretType extends StringType {
  /** Hides the default value. */
  override defaultText(): string {
    return "******";
  }
}

/** A finite number. */
export class NumberType extends Type<number> {
  /**
   * Reads a number in any notation JavaScript knows.
   *
   * @throws {Error} If the text is empty or not a finite number.
   */
  parse(type: ArgumentValue): number {
    const number = Number(type.value);
    if (type.value && Number.isFinite(number)) return number;
    throw invalidType(type);
  }
}

/** A whole number. */
export class IntegerType extends Type<number> {
  /**
   * Reads a whole number in any notation JavaScript knows; empty text is 0.
   *
   * @throws {Error} If the text is not a whole number.
   */
  parse(type: ArgumentValue): number {
    const number = Number(type.value);
    if (Number.isInteger(number)) return number;
    throw invalidType(type);
  }
}

/** `true`, `false`, `1` or `0`. */
export class BooleanType extends Type<boolean> {
  /**
   * Reads a truth value.
   *
   * @throws {Error} If the text is none of the four.
   */
  parse(type: ArgumentValue): boolean {
    switch (type.value) {
      case "true":
      case "1":
        return true;
      case "false":
      case "0":
        return false;
      default:
        throw invalidType(type, ["true", "false", "1", "0"]);
    }
  }

  /** Offers both words to a completing shell. */
  override complete(): string[] {
    return ["true", "false"];
  }
}

/** One of a given set of values. */
export class EnumType<const TValue extends string | number | boolean>
  extends Type<TValue> {
  readonly #allowed: readonly TValue[];

  /** @param values The allowed values, or an enumeration object. */
  constructor(values: readonly TValue[] | Record<string, TValue>) {
    super();
    this.#allowed = Object.values(values);
  }

  /**
   * Finds the value whose text was given.
   *
   * @throws {Error} If it is not among the allowed values, which are listed.
   */
  parse(type: ArgumentValue): TValue {
    for (const value of this.#allowed) {
      if (String(value) === type.value) return value;
    }
    throw invalidType(type, this.#allowed);
  }

  /** The allowed values. */
  override values(): TValue[] {
    return [...this.#allowed];
  }

  /** Offers the allowed values to a completing shell. */
  override complete(): TValue[] {
    return this.values();
  }
}
