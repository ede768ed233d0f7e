/**
 * Reads environment variables into option values.
 *
 * @module
 */
import { missingVariable } from "./errors.ts";
import { variableProperty } from "./names.ts";
import type { OptionValues } from "./option_values.ts";
import type { ParseType } from "./parse_context.ts";
import type { EnvVar } from "./types.ts";

/**
 * Reads variables and sets the values they stand for.
 *
 * A variable that is empty counts as unset, and so does one the program has no
 * permission to read, for which it does not ask.
 *
 * @param variables The variables to read.
 * @param values Takes the values.
 * @param parseType Turns text into a value by the named type.
 * @param validate Throw if a required variable is unset.
 * @throws {Error} If a required variable is unset or a value is wrong.
 */
export function readEnvironment(
  variables: readonly EnvVar[],
  values: OptionValues,
  parseType: ParseType,
  validate: boolean,
): void {
  for (const variable of variables) {
    const name = variable.names.find((name) => readVariable(name));
    if (!name) {
      if (variable.required && validate) throw missingVariable(variable.name);
      continue;
    }
    const text = readVariable(name) ?? "";
    const parse = (value: string) =>
      parseType({
        label: "Environment variable",
        type: variable.type,
        name,
        value,
      });
    let value = variable.details.list
      ? text.split(",").map(parse)
      : parse(text);
    if (variable.value && value !== undefined) value = variable.value(value);
    values.set(
      variableProperty(variable.name, variable.prefix),
      value,
      "env",
    );
  }
}

function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
