import { Command } from "@cliffy/command";
import { bashScript } from "./completions/bash.ts";
import {
  type CompletedCommand,
  describeCommand,
} from "./completions/command_tree.ts";
import { fishScript } from "./completions/fish.ts";
import { zshScript } from "./completions/zsh.ts";
import type { Surroundings } from "./surroundings.ts";

/** The scripts by shell, made from the commands as they are declared. */
const SCRIPTS: Readonly<
  Record<string, (program: CompletedCommand) => string>
> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/**
 * The subcommand `completions`: prints what makes a shell complete every
 * command and option. Cliffy's own is not in the one package that both
 * configurations have, so it is not used.
 */
export function completionsCommand({ print }: Surroundings): Command {
  const command = new Command().description(
    "Print the completion script of a shell, for example: source <(eventcounter completions bash)",
  ) as unknown as Command;
  for (const [shell, script] of Object.entries(SCRIPTS)) {
    const child = new Command()
      .description(`Print the completion script of ${shell}.`)
      .action(function () {
        const program = this.getMainCommand() as unknown as Command;
        print(script(describeCommand(program)).trimEnd());
      });
    command.command(shell, child as never);
  }
  return command.reset() as unknown as Command;
}
