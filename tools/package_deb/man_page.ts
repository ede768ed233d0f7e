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

/** What a manual page is made of. */
export interface ManPageSource {
  /** The page in roff, with `@NAMES@` where something is filled in. */
  readonly template: string;
  /** The whole command line; the program itself has the options of `count`. */
  readonly program: CommandDescription;
  readonly version: string;
  /** The date that it shows. */
  readonly date: Date;
}

/** The manual page of the program in roff: what the command line tells of itself. */
export function manPage(
  { template, program, version, date }: ManPageSource,
): string {
  const values: Readonly<Record<string, string>> = {
    DATE: date.toISOString().slice(0, 10),
    VERSION: version,
    DESCRIPTION: text(program.description),
    COMMANDS: allCommands(program).slice(1).map(commandOf).join("\n"),
    OPTIONS: [
      ...program.general.map(option),
      ...allCommands(program).slice(1).flatMap(optionsOf),
    ].join("\n"),
    ENVIRONMENT: environment(program),
    EXIT_STATUS: Object.entries(EXIT_MEANINGS).map(([code, meaning]) =>
      item(bold(code), text(`${meaning}.`))
    ).join("\n"),
  };
  return template.replaceAll(/@([A-Z_]+)@/g, (_, name) => values[name]!);
}

function commandOf(
  { path, argument, description }: CommandDescription,
): string {
  const values = argument === undefined
    ? ""
    : ` \\fI${text(/\w+/.exec(argument.declaration)![0])}\\fR ...`;
  return item(bold(path.join(" ")) + values, text(description));
}

function optionsOf({ path, options }: CommandDescription): string[] {
  return options.flatMap(([heading, specs]) => [
    `.SS ${text(`${path.join(" ")}: ${heading}`)}`,
    ...specs.map(option),
  ]);
}

function option(spec: OptionSpec): string {
  const value = valueOf(spec);
  const standard = spec.defaultText ??
    (spec.default === true ? "on" : spec.default);
  const facts = [
    ...spec.variable === undefined ? [] : [`variable: ${bold(spec.variable)}`],
    ...standard === undefined ? [] : [`default: ${bold(String(standard))}`],
  ];
  return item(
    flagsOf(spec).map(bold).join(", ") +
      (value === undefined ? "" : ` \\fI${text(value.name)}\\fR`),
    text(`${spec.description}.`) +
      (facts.length === 0 ? "" : `\n.br\n${facts.join(", ")}`),
  );
}

/** Every variable, with the options that it stands in for. */
function environment(program: CommandDescription): string {
  const specs = allCommands(program).flatMap(allOptions);
  const names = new Set(specs.flatMap(({ variable }) => variable ?? []));
  return [...names].sort().map((name) => {
    const flags = specs.filter(({ variable }) => variable === name)
      .flatMap(flagsOf);
    return item(
      bold(name),
      `As ${[...new Set(flags)].map(bold).join(", ")}.`,
    );
  }).join("\n");
}

/** A term, in roff already, and below it what it means. */
function item(term: string, meaning: string): string {
  return `.TP\n${term}\n${meaning}`;
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

/** What roff reads as something else, or prints as another character. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq",
};

/** Text that roff prints as it is; a sentence begins a line, as roff wants. */
function text(words: string): string {
  return words.replaceAll(/[\\\-'`^~"]/g, (found) => SPECIAL[found]!)
    .replaceAll(/[^\n\x20-\x7e]/gu, (found) => {
      const code = found.codePointAt(0)!.toString(16).toUpperCase();
      return `\\[u${code.padStart(4, "0")}]`;
    })
    .replaceAll(/([.!?]) (?=[A-Z])/g, "$1\n")
    // A full stop at the beginning of a line would begin a request.
    .replaceAll(/^\./gm, "\\&.");
}
