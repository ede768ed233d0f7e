import { Command } from "@cliffy/command";
import { EXIT } from "../model/errors.ts";
import { asCountCommand, countCommand } from "./count_command.ts";
import { completionsCommand } from "./completions_command.ts";
import { failureOf } from "./failure.ts";
import { publishCommand } from "./publish_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { longVersion, VERSION } from "./version.ts";

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

/** The whole command line. */
export function rootCommand(surroundings: Surroundings): Command {
  const root = new Command()
    .name("eventcounter")
    .version(VERSION)
    .description(
      "Drain user events from RabbitMQ, count each unique one exactly once, and write one JSON file per event type.",
    )
    // Errors come back here, and nothing but main.ts ends the process.
    .noExit()
    .help({ colors: !Deno.noColor && Deno.stdout.isTerminal() });
  // Cliffy's own is coloured also where no terminal reads it.
  root.showLongVersion = () => surroundings.print(longVersion());
  return asCountCommand(root as unknown as Command, surroundings)
    .command("count", countCommand(surroundings) as never)
    .command("publish", publishCommand(surroundings) as never)
    .command("completions", completionsCommand(surroundings) as never)
    .reset() as unknown as Command;
}
