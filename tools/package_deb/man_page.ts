import {
  allCommands,
  allOptions,
  type CommandDescription,
} from "../../src/cli/command_tree.ts";
import {
  flagsOf,
  type OptionSpec,
  valueOf,
} from "../../src/cli/option_spec.ts";
import { EXIT_MEANINGS } from "../../src/model/errors.ts";
import {
  bold,
  italic,
  item,
  running,
  section,
  subsection,
  verbatim,
} from "./roff.ts";

/** What a manual page is made of. */
export interface ManPageSource {
  /** The whole command line; the program itself has options of `count`. */
  readonly program: CommandDescription;
  readonly version: string;
  /** The date that it shows. */
  readonly date: Date;
  /** Paths, and what is there. */
  readonly files: readonly (readonly [path: string, meaning: string])[];
}

/** The manual page of the program, section 1, in roff. */
export function manPage(source: ManPageSource): string {
  const { program, version, date, files } = source;
  const day = date.toISOString().slice(0, 10);
  return [
    `.TH EVENTCOUNTER 1 ${day} "eventcounter ${version}" "User Commands"`,
    // Names and addresses are to be copied: no hyphens, and no wide spaces.
    ".nh",
    ".ad l",
    section(
      "Name",
      "eventcounter \\- count each user event from RabbitMQ exactly once",
    ),
    section("Synopsis", ...synopsis(program)),
    section("Description", ...DESCRIPTION(program.description)),
    section("Commands", ...commands(program)),
    section(
      "Options",
      running(
        "A flag beats a variable, a variable beats the default. " +
          "Durations are 500ms, 5s, 2m, 1h.",
      ),
      ...program.general.map(tableOption),
    ),
    ...program.commands.filter(({ options }) => options.length > 0).map((
      { name, options },
    ) =>
      section(
        `Options of ${name}`,
        ...options.map(([heading, options]) =>
          subsection(heading, ...options.map(tableOption))
        ),
      )
    ),
    section("Environment", ...environment(program)),
    section(
      "Files",
      ...files.map(([path, meaning]) => item(italic(path), running(meaning))),
    ),
    section("Exit status", ...exitStatus()),
    section("Examples", ...EXAMPLES),
    section(
      "See also",
      `${bold("rabbitmqctl")}(8),\n${bold("systemd.timer")}(5),`,
      italic("/usr/share/doc/eventcounter/README.Debian"),
    ),
    "",
  ].join("\n");
}

/** Every command line: one for the program itself, one for each that acts. */
function synopsis(program: CommandDescription): string[] {
  return allCommands(program).filter(({ path, commands }) =>
    path.length === 0 || commands.length === 0
  ).flatMap(({ path, options }, index) => [
    ...(index === 0 ? [] : [".br"]),
    [
      bold([program.name, ...path].join(" ")),
      ...(options.length > 0 ? [`[${italic("option")} ...]`] : []),
    ].join(" "),
  ]);
}

const DESCRIPTION = (first: string) => [
  running(first),
  ".PP",
  running(
    "An event is a message with the routing key <user>.event.<type> and a " +
      "JSON body with an id. The id alone tells whether it was counted before, " +
      "in this run or in an earlier one. Nothing is acknowledged before its " +
      "count is on disk, so neither a crash nor a lost connection changes a " +
      "count. What cannot be counted is kept, with the reason.",
  ),
  ".PP",
  running(
    "A run ends when nothing has come for five seconds, and at SIGINT, " +
      "SIGTERM or SIGHUP; either way with everything counted that was taken. " +
      "Standard output carries the summary and nothing else.",
  ),
];

function commands(program: CommandDescription): string[] {
  return [
    item(
      bold(program.name),
      running("Without a command: the same as count."),
    ),
    ...allCommands(program).slice(1).map(({ path, description }) =>
      item(bold(path.join(" ")), running(description))
    ),
  ];
}

function tableOption(spec: OptionSpec): string {
  const value = valueOf(spec);
  const term = flagsOf(spec).map(bold).join(", ") +
    (value === undefined ? "" : ` ${italic(value.name)}`);
  const facts = [
    ...(spec.variable === undefined
      ? []
      : [`variable: ${bold(spec.variable)}`]),
    ...defaultOf(spec),
  ];
  return item(
    term,
    [
      running(`${spec.description}.`),
      ...(facts.length === 0 ? [] : [".br", facts.join(", ")]),
    ].join("\n"),
  );
}

function defaultOf(spec: OptionSpec): string[] {
  const value = spec.defaultText ??
    (spec.default === true ? "on" : spec.default);
  return value === undefined ? [] : [`default: ${bold(String(value))}`];
}

function environment(program: CommandDescription): string[] {
  const flags = new Map<string, Set<string>>();
  for (const option of allCommands(program).flatMap(allOptions)) {
    if (option.variable === undefined) continue;
    const known = flags.get(option.variable) ?? new Set();
    flags.set(option.variable, known.add(flagsOf(option)[0]!));
  }
  return [
    running(
      "Each variable is read where its option is not given. An empty one counts as unset.",
    ),
    ...[...flags].sort().map(([variable, options]) =>
      item(bold(variable), `As ${[...options].map(bold).join(", ")}.`)
    ),
    item(bold("NO_COLOR"), running("Help without colours on a terminal.")),
  ];
}

function exitStatus(): string[] {
  return [
    ...Object.entries(EXIT_MEANINGS).map(([code, meaning]) =>
      item(bold(code), running(`${capitalized(meaning)}.`))
    ),
    ".PP",
    running(
      "Every error is one line on standard error: what failed, the current " +
        "value (passwords masked), what to do.",
    ),
  ];
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

const EXAMPLES = [
  running("Count what is in a queue, and have the totals in a folder:"),
  verbatim([
    "eventcounter --amqp-url amqp://user:password@rabbitmq:5672/vhost \\",
    "  --out counts --until-empty",
  ]),
  ".PP",
  running("Count rejected messages again, after a fix:"),
  verbatim([
    "eventcounter --input counts/rejected.ndjson --out counts",
  ]),
  ".PP",
  running("Try it without a broker:"),
  verbatim([
    "eventcounter publish --to - --size 1000 --seed 7 |",
    "  eventcounter --input - --out trial",
  ]),
];
