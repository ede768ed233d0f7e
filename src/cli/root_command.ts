import { Command } from "@cliffy/command";
import { type CommandDescription, PROGRAM } from "./command_tree.ts";
import type { Shell } from "./completions/print_completions.ts";
import type { CountOptions, PlaceOptions } from "./count_options.ts";
import type { ForgetOptions } from "./forget_command.ts";
import { configureLog, type LogOptions } from "./log.ts";
import type { MergeOptions } from "./merge_command.ts";
import type { VerifyOptions } from "./verify_command.ts";
import type { OptionSpec } from "./option_spec.ts";
import { OPTION_TYPES } from "./option_types.ts";
import type { PublishOptions } from "./publish_command.ts";
import type { ReportOptions } from "./report_command.ts";
import type { ProcessContext } from "./process_context.ts";
import type { ReplayOptions } from "./replay_command.ts";
import type { ShowOptions } from "./show_command.ts";
import { longVersion, VERSION } from "./version.ts";

/**
 * What a command does with its options and arguments. Their tables are data, so
 * no type checker knows what they come to: each action says what it takes.
 */
type Action = (
  options: unknown,
  context: ProcessContext,
  args: readonly unknown[],
) => unknown;

/**
 * What the commands do, by their paths; `completions` and
 * `rejected` alone show their help.
 * Each loads what it needs when it is given.
 */
const ACTIONS: Readonly<Record<string, Action>> = {
  "": count,
  count,
  publish: async (options, context) => {
    const { publish } = await import("./publish_command.ts");
    await publish(options as PublishOptions, context);
  },
  merge: async (options, context, ledgers) => {
    const { merge } = await import("./merge_command.ts");
    await merge(options as MergeOptions, ledgers as string[], context);
  },
  verify: async (options, context) => {
    const { verify } = await import("./verify_command.ts");
    await verify(options as VerifyOptions, context);
  },
  doctor: async (options, context) => {
    const { doctor } = await import("./doctor_command.ts");
    await doctor(options as PlaceOptions, context);
  },
  show: async (options) => {
    const { show } = await import("./show_command.ts");
    await show(options as ShowOptions);
  },
  report: async (options, context) => {
    const { report } = await import("./report_command.ts");
    await report(options as ReportOptions, context);
  },
  "rejected replay": async (options, context) => {
    const { replay } = await import("./replay_command.ts");
    await replay(options as ReplayOptions, context);
  },
  "rejected forget": async (options, context) => {
    const { forget } = await import("./forget_command.ts");
    await forget(options as ForgetOptions, context);
  },
  "completions bash": (_, context) => printCompletions("bash", context),
  "completions zsh": (_, context) => printCompletions("zsh", context),
  "completions fish": (_, context) => printCompletions("fish", context),
};

async function count(options: unknown, context: ProcessContext): Promise<void> {
  const { count } = await import("./count_command.ts");
  await count(options as CountOptions, context);
}

async function printCompletions(
  shell: Shell,
  { print }: ProcessContext,
): Promise<void> {
  const completions = await import("./completions/print_completions.ts");
  completions.printCompletions(shell, print);
}

/** The whole command line, made of {@linkcode PROGRAM}. */
export function rootCommand(context: ProcessContext): Command {
  const root = new Command()
    .name(PROGRAM.name)
    .version(VERSION)
    // Errors come back to run(), and nothing but main.ts ends the process.
    .noExit()
    // Cliffy's own is coloured also where no terminal reads it.
    .help({ colors: !Deno.noColor && Deno.stdout.isTerminal() });
  root.showLongVersion = () => context.print(longVersion());
  configure(root, PROGRAM, context);
  return root;
}

function configure(
  command: Command,
  { path, description, argument, example, options, commands }:
    CommandDescription,
  context: ProcessContext,
): void {
  command.description(description);
  for (const [name, type] of Object.entries(OPTION_TYPES)) {
    command.type(name, type);
  }
  if (argument !== undefined) {
    command.argument(argument.declaration, `${argument.description}.`);
  }
  if (example !== undefined) {
    const [title, line] = example;
    command.example(title, `${PROGRAM.name} ${line}`);
  }
  for (const [heading, specs] of options) {
    command.group(heading);
    for (const spec of specs) addOption(command, spec);
  }
  const action = ACTIONS[path.join(" ")];
  if (action !== undefined) {
    command.action(async (options: unknown, ...args: unknown[]) => {
      await configureLog(options as LogOptions, context.stderr);
      await action(options, context, args);
    });
  }
  for (const child of commands) {
    const subcommand = new Command();
    configure(subcommand, child, context);
    command.command(child.name, subcommand);
  }
}

function addOption(command: Command, spec: OptionSpec): void {
  const { flags, description, variable } = spec;
  const text = variable === undefined
    ? `${description}.`
    : `${description}; variable ${variable}.`;
  command.option(flags, text, {
    ...("default" in spec ? { default: spec.default } : {}),
    ...("defaultText" in spec ? { defaultText: spec.defaultText } : {}),
    ...(spec.repeatable === true ? { collect: true } : {}),
  });
  if (variable === undefined) return;
  // Without this prefix, its name is that of the option.
  const prefix = /^EVENTCOUNTER_|^AMQP_(?!URL)/.exec(variable)?.[0];
  command.env(
    `${variable}=${flags.slice(flags.indexOf("<"))}`,
    `${description}.`,
    prefix === undefined ? {} : { prefix },
  );
}
