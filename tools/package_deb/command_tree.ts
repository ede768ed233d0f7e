import {
  type CompletedCommand,
  describeCommand,
} from "../../src/cli/completions/command_tree.ts";
import { rootCommand } from "../../src/cli/run.ts";

/** The command tree as it is declared. */
export async function commandTree(): Promise<CompletedCommand> {
  const root = rootCommand({ args: [], print: () => {}, exit: () => {} });
  // Parsing registers the options for help and version.
  await root.parse(["completions", "bash"]);
  return describeCommand(root);
}
