import { DOCTOR_OPTIONS } from "./doctor_options.ts";
import { MERGE_OPTIONS } from "./merge_options.ts";
import type { OptionGroup, OptionSpec } from "./option_spec.ts";
import { COUNT_OPTIONS } from "./options.ts";
import { PUBLISH_OPTIONS } from "./publish_options.ts";
import { FORGET_OPTIONS, REPLAY_OPTIONS } from "./rejected_options.ts";
import { REPORT_OPTIONS } from "./report_options.ts";
import { SHOW_OPTIONS } from "./show_options.ts";
import { VERIFY_OPTIONS } from "./verify_options.ts";

/**
 * A command as it is told to users: the parser, the completions and the manual
 * page are all made from this.
 */
export interface CommandDescription {
  /** The names from below the program to here; empty for the program itself. */
  readonly path: readonly string[];
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** What can stand behind it besides options. */
  readonly argument?: ArgumentDescription;
  /** A command line that shows its use, without the program's name. */
  readonly example?: readonly [title: string, line: string];
  /** The options that every parser gives: help and, on the program, version. */
  readonly general: readonly OptionSpec[];
  /** Its own options, by the headings of its help. */
  readonly options: readonly OptionGroup[];
  readonly commands: readonly CommandDescription[];
}

/** Values that stand behind a command, one or more: all of them are files. */
export interface ArgumentDescription {
  /** As Cliffy reads it, for example `<ledger...:ledger>`. */
  readonly declaration: string;
  readonly description: string;
}

const HELP: OptionSpec = {
  flags: "-h, --help",
  description: "Show this help",
};

const VERSION: OptionSpec = {
  flags: "-V, --version",
  description: "Show the version number for this program",
};

/** The whole command line of the program. */
export const PROGRAM: CommandDescription = {
  path: [],
  name: "eventcounter",
  description:
    "Drain user events from RabbitMQ, count each unique one exactly once, and write one JSON file per event type.",
  example: [
    "Until the queue is empty, with the result as JSON",
    "--out counts --until-empty --format json",
  ],
  general: [HELP, VERSION],
  options: COUNT_OPTIONS,
  commands: [
    {
      path: ["count"],
      name: "count",
      description:
        "Drain the queue and count each new event once; the same as eventcounter alone.",
      example: ["A first look at a queue", "count --limit 100 --out trial"],
      general: [HELP],
      options: COUNT_OPTIONS,
      commands: [],
    },
    {
      path: ["publish"],
      name: "publish",
      description:
        "Publish generated events, with duplicates and invalid ones if asked for, and tell what a correct count must give.",
      example: [
        "As lines that --input reads",
        "publish --to - --size 1000 --seed 7",
      ],
      general: [HELP],
      options: PUBLISH_OPTIONS,
      commands: [],
    },
    {
      path: ["merge"],
      name: "merge",
      description:
        "Add up the SQLite ledgers of partitions, exactly; ledgers that have an id in common are refused.",
      argument: {
        declaration: "<ledger...:ledger>",
        description: "Files of SQLite ledgers, also of ones in use",
      },
      example: [
        "Two partitions",
        "merge part0/eventcounter.db part1/eventcounter.db --out totals",
      ],
      general: [HELP],
      options: MERGE_OPTIONS,
      commands: [],
    },
    {
      path: ["verify"],
      name: "verify",
      description:
        "Hold a ledger against itself and its files: each id once, as many ids as counts, rejections whole, files equal; reads only, also while a worker goes on.",
      example: [
        "The ledger in the folder counts, with what publish --expect has written",
        "verify --out counts --expect expected",
      ],
      general: [HELP],
      options: VERIFY_OPTIONS,
      commands: [],
    },
    {
      path: ["doctor"],
      name: "doctor",
      description:
        "Check all that a run needs, from the broker's name to the ledger, and say what to do where something is wrong; takes no message and changes nothing.",
      example: [
        "Whether a run into the folder counts would work",
        "doctor --amqp-url amqp://guest:guest@localhost --out counts",
      ],
      general: [HELP],
      options: DOCTOR_OPTIONS,
      commands: [],
    },
    {
      path: ["show"],
      name: "show",
      description:
        "Show the counts, runs or rejections of a ledger, also while a run goes on.",
      example: [
        "The ten busiest users",
        "show --out counts --by user --top 10",
      ],
      general: [HELP],
      options: SHOW_OPTIONS,
      commands: [],
    },
    {
      path: ["report"],
      name: "report",
      description:
        "Write a page for browsers with the counts, busiest users, runs and rejections of a ledger.",
      example: ["Of the ledger in a folder", "report --out counts"],
      general: [HELP],
      options: REPORT_OPTIONS,
      commands: [],
    },
    {
      path: ["rejected"],
      name: "rejected",
      description:
        "Deal with what could not be counted; show --rejected lists it.",
      general: [HELP],
      options: [],
      commands: [
        {
          path: ["rejected", "replay"],
          name: "replay",
          description:
            "Take what a ledger has rejected once more: what can be counted now is, once, and leaves the rejections.",
          example: [
            "After a new type has come",
            "rejected replay --out counts --types created,updated,deleted,renamed",
          ],
          general: [HELP],
          options: REPLAY_OPTIONS,
          commands: [],
        },
        {
          path: ["rejected", "forget"],
          name: "forget",
          description: "Remove rejections that somebody has dealt with.",
          example: [
            "What was no JSON, a month ago and before",
            "rejected forget --out counts --reason bad_json --older-than 30d",
          ],
          general: [HELP],
          options: FORGET_OPTIONS,
          commands: [],
        },
      ],
    },
    {
      path: ["completions"],
      name: "completions",
      description:
        "Print the completion script of a shell, for example: source <(eventcounter completions bash)",
      general: [HELP],
      options: [],
      commands: ["bash", "zsh", "fish"].map((shell) => ({
        path: ["completions", shell],
        name: shell,
        description: `Print the completion script of ${shell}.`,
        example: ["The script", `completions ${shell}`],
        general: [HELP],
        options: [],
        commands: [],
      })),
    },
  ],
};

/** A command and all below it, one after the other. */
export function allCommands(command: CommandDescription): CommandDescription[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** How help is asked for where a command line begins like this. */
export function helpFor(args: readonly string[]): string {
  const path = allCommands(PROGRAM).map(({ path }) => path)
    .findLast((path) => path.every((name, at) => name === args[at]));
  return [PROGRAM.name, ...path!, "--help"].join(" ");
}

/** Every option of a command, the general ones first. */
export function allOptions(
  { general, options }: Pick<CommandDescription, "general" | "options">,
): OptionSpec[] {
  return [...general, ...options.flatMap(([_, specs]) => specs)];
}
