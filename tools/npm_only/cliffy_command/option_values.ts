/**
 * The values of options, each with its source.
 *
 * @module
 */
import { Command as CommanderCommand } from "commander";

/** Where a value came from. */
export type ValueSource = "cli" | "env" | "default";

/**
 * The values one run of the parser has found.
 *
 * Precedence is kept by the source: a value from the environment is replaced
 * by one from the command line, and a default is only used without either.
 */
export class OptionValues {
  // commander's command remembers the source of each value it holds.
  readonly #store = new CommanderCommand();
  readonly #variables = new Map<string, unknown>();

  /** The value of a property, from whatever source. */
  get(property: string): unknown {
    return this.#store.getOptionValue(property);
  }

  /** The source of a property's value; `undefined` if it was never set. */
  source(property: string): ValueSource | undefined {
    return this.#store.getOptionValueSource(property) as
      | ValueSource
      | undefined;
  }

  /** The value of a property unless it came from the environment. */
  getOptionValue(property: string): unknown {
    return this.source(property) === "env" ? undefined : this.get(property);
  }

  /** Whether the environment has a value for a property, used or not. */
  hasVariable(property: string): boolean {
    return this.#variables.get(property) !== undefined;
  }

  /** Sets a property, unless a stronger source has set it before. */
  set(property: string, value: unknown, source: ValueSource): void {
    if (source === "env") {
      this.#variables.set(property, value);
      const earlier = this.source(property);
      if (earlier !== undefined && earlier !== "env") return;
    }
    this.#store.setOptionValueWithSource(property, value, source);
  }

  /** A copy of all values by property, those of variables first. */
  all(): Record<string, unknown> {
    return {
      ...Object.fromEntries(this.#variables),
      ...this.#store.opts(),
    };
  }
}
