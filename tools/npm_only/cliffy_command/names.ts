/**
 * The rules that relate flags, option names, properties and variable names.
 *
 * @module
 */
import type { Option } from "./types.ts";

/** Turns an option's name into a property: `max-size` gives `maxSize`. */
export function optionProperty(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter) => letter.toUpperCase());
}

/**
 * Turns a variable's name into a property: `MAX_SIZE` gives `maxSize`.
 *
 * @param name The variable's name.
 * @param prefix Cut from the beginning of the name if it is there.
 */
export function variableProperty(name: string, prefix?: string): string {
  const rest = prefix ? name.replace(new RegExp(`^${prefix}`), "") : name;
  return rest
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/_([a-z])/g, (_match, letter) => letter.toUpperCase());
}

/** Gives a name its dashes: one for a single letter, two for more. */
export function flagOf(name: string): string {
  if (name.startsWith("-")) return name;
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/**
 * Finds the option that a flag or a name means.
 *
 * The number of dashes does not count, so `--h` finds `-h`.
 */
export function findOption(
  options: readonly Option[],
  flagOrName: string,
): Option | undefined {
  const name = flagOrName.replace(/^-+/, "");
  return options.find((option) =>
    option.name === name || option.aliases?.includes(name)
  );
}
