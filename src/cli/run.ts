import { EXIT } from "../model/errors.ts";
import { failureOf } from "./failure.ts";
import {
  givenErrorFormat,
  refuseEmptyValues,
  refuseUnknownCommands,
} from "./given_options.ts";
import { writeFailure } from "./log.ts";
import { rootCommand } from "./root_command.ts";
import type { ProcessContext } from "./process_context.ts";
import { StandardError } from "./stderr.ts";

/**
 * Runs the program.
 *
 * @param args The command line without the program's name.
 * @param exit Ends the process at once, for a second signal only.
 * @param decorate See {@linkcode ProcessContext}; left out but for fault tests.
 * @returns The exit code.
 */
export async function run(
  args: readonly string[],
  exit: (code: number) => void,
  decorate?: ProcessContext["decorate"],
): Promise<number> {
  const context: ProcessContext = {
    args,
    exit,
    stderr: new StandardError(),
    // It says nothing where a pipe is closed (`| head -1`).
    print: console.log,
    ...(decorate === undefined ? {} : { decorate }),
  };
  try {
    refuseEmptyValues(args);
    // As git and others have it: help, and what it is wanted of.
    const words = args[0] === "help" ? [...args.slice(1), "--help"] : [...args];
    refuseUnknownCommands(words);
    await rootCommand(context).parse(words);
    return EXIT.done;
  } catch (error) {
    const failure = failureOf(error, args);
    try {
      console.error(writeFailure(givenErrorFormat(args), failure));
    } catch {
      // Standard error takes nothing: the code is all that can be told.
    }
    return failure.exitCode;
  }
}
