import { type CommandDescription, PROGRAM } from "../command_tree.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** The makers of completion scripts, by shell. */
const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** A shell that can complete the program's command line. */
export type Shell = keyof typeof SCRIPTS;

/**
 * Prints what makes a shell complete every command and option. Cliffy's own
 * is not in the one package that both configurations have, so it is not used.
 */
export function printCompletions(
  shell: Shell,
  print: (text: string) => void,
): void {
  const script: (program: CommandDescription) => string = SCRIPTS[shell];
  print(script(PROGRAM).trimEnd());
}
