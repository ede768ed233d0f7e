import { EXIT } from "../model/errors.ts";
import { failureOf } from "./failure.ts";
import { refuseEmptyValues } from "./given_options.ts";
import { rootCommand } from "./root_command.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs the program.
 *
 * @param args The command line without the program's name.
 * @param exit Ends the process at once, for a second signal only.
 * @param decorate See {@linkcode Surroundings}; left out but for fault tests.
 * @returns The exit code.
 */
export async function run(
  args: readonly string[],
  exit: (code: number) => void,
  decorate?: Surroundings["decorate"],
): Promise<number> {
  const surroundings: Surroundings = {
    args,
    exit,
    print: console.log,
    ...(decorate === undefined ? {} : { decorate }),
  };
  try {
    refuseEmptyValues(args);
    await rootCommand(surroundings).parse([...args]);
    return EXIT.done;
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    try {
      console.error(`eventcounter: ${message}`);
    } catch {
      // Standard error takes nothing: the code is all that can be told.
    }
    return exitCode;
  }
}
