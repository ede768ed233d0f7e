import type { Command } from "@cliffy/command";

/** What can stand behind an option. */
export type CompletedValue =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" | "folder" | "text" };

/** An option as shells complete it. */
export interface CompletedOption {
  /** All its flags: `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Left out if it takes no value. */
  readonly value?: CompletedValue;
}

/** A command as shells complete it. */
export interface CompletedCommand {
  /** The names from below the program to here; empty for the program itself. */
  readonly path: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** The words that an option type takes, of the types that take only words. */
export const TYPE_WORDS: Readonly<Record<string, readonly string[]>> = {
  format: ["text", "json"],
  goal: ["amqp", "-"],
  "log-level": ["debug", "info", "warn", "error", "off"],
  "queue-type": ["classic", "quorum"],
};

/** Options whose value is named so in their declaration take a path. */
const PATHS: Readonly<Record<string, "file" | "folder">> = {
  file: "file",
  path: "file",
  dir: "folder",
};

/**
 * Describes a command and all below it.
 *
 * @param command A command whose help option is registered: one that parses.
 */
export function describeCommand(
  command: Command,
  path: readonly string[] = [],
): CompletedCommand {
  return {
    path,
    name: command.getName(),
    description: command.getShortDescription(),
    options: command.getOptions().map(({ flags, description, args }) => {
      const [argument] = args ?? [];
      return {
        flags,
        description: description.split("\n", 1)[0]!,
        ...(argument === undefined ? {} : {
          value: valueOf(argument.name ?? "", argument.type),
        }),
      };
    }),
    commands: command.getCommands().map((child) =>
      describeCommand(child as unknown as Command, [...path, child.getName()])
    ),
  };
}

/** A command and all below it, one after the other. */
export function allCommands(command: CompletedCommand): CompletedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function valueOf(name: string, type: string): CompletedValue {
  const words = TYPE_WORDS[type];
  if (words !== undefined) return { kind: "words", words };
  return { kind: PATHS[name] ?? "text" };
}
