/**
 * The command lines of the tools that build.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./build_error.ts";

/**
 * Reads a command line.
 *
 * @param config As `parseArgs` of `node:util` takes it.
 * @throws {UsageError} If there is an option that is not known, or that lacks
 * its value, or an argument where none is allowed.
 */
export function readCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Cannot read the command line: ${message.split("\n")[0]}`,
    );
  }
}

/**
 * The value of an option that takes one of some words.
 *
 * @returns `undefined` if it is not given.
 * @throws {UsageError} If it is another word.
 */
export function oneOf<Word extends string>(
  option: string,
  words: readonly Word[],
  value: string | undefined,
): Word | undefined {
  const found = words.find((word) => word === value);
  if (value === undefined || found !== undefined) return found;
  throw new UsageError(
    `Cannot build with --${option} "${value}": it must be ${
      words.join(" or ")
    }`,
  );
}
