/**
 * Makes the help text of a command.
 *
 * @module
 */
import {
  bold,
  brightBlue,
  brightMagenta,
  dim,
  italic,
  red,
  withColors,
  yellow,
} from "./ansi.ts";
import type { Command } from "./command.ts";
import { dedent, firstLine, heading, highlight } from "./help_text.ts";
import { flagOf } from "./names.ts";
import { type TableLayout, textTable } from "./text_table.ts";
import type { HelpOptions, Option, TypeOrTypeHandler } from "./types.ts";
import { Type } from "./value_types.ts";

const INDENT = 2;
const WIDTH_WITHOUT_TERMINAL = 150;

/**
 * Makes the help text of a command.
 *
 * @param command The command.
 * @param options How the text is made.
 * @returns The text; it begins and ends with a line end.
 */
export function generateHelp(command: Command, options: HelpOptions): string {
  const settings = { types: false, hints: true, colors: true, long: false };
  const generator = new HelpGenerator(command, {
    ...settings,
    width: terminalWidth() ?? WIDTH_WITHOUT_TERMINAL,
    maxWidth: Infinity,
    ...options,
  });
  return withColors(options.colors ?? true, () => generator.generate());
}

/** The terminal's width; `undefined` if no stream is one or it is 0. */
function terminalWidth(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

class HelpGenerator {
  readonly #command: Command;
  readonly #options: Required<HelpOptions>;

  constructor(command: Command, options: Required<HelpOptions>) {
    this.#command = command;
    this.#options = options;
  }

  generate(): string {
    return this.#header() + this.#meta() + this.#description() +
      this.#optionGroups() + this.#commands() + this.#variables() +
      this.#examples();
  }

  /** A table with one column that gives way for each weight above 0. */
  #table(
    rows: string[][],
    padding: number | number[],
    shrink: number[],
  ): string {
    const layout: TableLayout = { padding, shrink };
    layout.indent = INDENT;
    layout.maxWidth = this.#width() - INDENT;
    return textTable(rows, layout) + "\n";
  }

  #width(): number {
    return Math.min(this.#options.width, this.#options.maxWidth);
  }

  /** A declaration of a value, coloured. */
  #highlight(declaration: string): string {
    return highlight(declaration, this.#options.types);
  }

  /** A description, cut to its first line unless the long help is asked for. */
  #describe(text: string): string {
    return this.#options.long ? dedent(text) : firstLine(text);
  }

  #header(): string {
    const usage = this.#command.getUsage();
    const line = this.#command.getPath() +
      (usage ? ` ${this.#highlight(usage)}` : "");
    const rows = [[bold("Usage:"), brightMagenta(line)]];
    const version = this.#command.getVersion();
    if (version) rows.push([bold("Version:"), yellow(version)]);
    return `\n${textTable(rows, { padding: 1 })}\n`;
  }

  #meta(): string {
    const rows = Object.entries(this.#command.getMeta()).map((
      [name, value],
    ) => [bold(`${name}: `) + value]);
    return rows.length ? `\n${textTable(rows, { padding: 1 })}\n` : "";
  }

  #description(): string {
    const description = this.#command.getDescription();
    if (!description) return "";
    return heading("Description") + textTable([[dedent(description)]], {
      padding: 1,
      indent: INDENT,
      maxColumnWidth: this.#width() - INDENT,
    }) + "\n";
  }

  #optionGroups(): string {
    const groups = Map.groupBy(
      this.#command.getOptions(false),
      (option) => option.groupName,
    );
    let text = "";
    for (const [name, options] of groups) {
      text += heading(name ?? "Options") + this.#optionTable(options);
    }
    return text;
  }

  #optionTable(options: Option[]): string {
    // The column of values is left out if no option of the group takes one.
    const withValues = options.some((option) => option.typeDefinition);
    const rows = options.map((option) => [
      option.flags.map(brightBlue).join(", "),
      ...(withValues ? [this.#highlight(option.typeDefinition ?? "")] : []),
      red(bold("-")),
      this.#describe(option.description),
      this.#hints(option),
    ]);
    return withValues
      ? this.#table(rows, [2, 2, 1, 2], [0, 0, 0, 1, 1])
      : this.#table(rows, [2, 1, 2], [0, 0, 1, 1]);
  }

  #hints(option: Option): string {
    if (!this.#options.hints) return "";
    const hints: string[] = [];
    if (option.required) hints.push(yellow("required"));

    const typeName = option.args[0]?.type;
    const type = typeName
      ? this.#command.getType(typeName)?.handler
      : undefined;
    const shown = defaultText(option, type);
    if (shown !== undefined) {
      hints.push(bold("Default: ") + this.#inspect(shown));
    }
    if (option.depends?.length) {
      const names = option.depends.map(flagOf).join(", ");
      hints.push(yellow(bold("Depends: ")) + italic(names));
    }
    if (option.conflicts?.length) {
      const names = option.conflicts.map(flagOf).join(", ");
      hints.push(red(bold("Conflicts: ")) + italic(names));
    }
    const parent = this.#command.getParent();
    const values = type instanceof Type
      ? type.values?.(this.#command, parent)
      : undefined;
    if (values?.length) {
      const list = values.map((value) => this.#inspect(value)).join(", ");
      hints.push(bold("Values: ") + list);
    }
    return hints.length ? `(${hints.join(", ")})` : "";
  }

  #inspect(value: unknown): string {
    const { colors } = this.#options;
    return Deno.inspect(value, { depth: 1, colors, trailingComma: false });
  }

  #commands(): string {
    const rows = this.#command.getCommands(false).map((command) => [
      [command.getName(), ...command.getAliases()].map(brightBlue).join(", "),
      red(bold("-")),
      command.getShortDescription(),
    ]);
    if (!rows.length) return "";
    return heading("Commands") + this.#table(rows, [2, 1, 2], [0, 0, 1]);
  }

  #variables(): string {
    const rows = this.#command.getEnvVars(false).map((variable) => [
      variable.names.map(brightBlue).join(", "),
      this.#highlight(variable.details.raw),
      red(bold("-")),
      this.#describe(variable.description),
      variable.required ? `(${yellow("required")})` : "",
    ]);
    if (!rows.length) return "";
    return heading("Environment variables") +
      this.#table(rows, [2, 2, 1, 2], [0, 0, 0, 1, 1]);
  }

  #examples(): string {
    const rows = this.#command.getExamples().map((example) => [
      dim(bold(example.name)),
      dedent(example.description),
    ]);
    if (!rows.length) return "";
    return heading("Examples") + this.#table(rows, 1, [0, 1]);
  }
}

/** What the help text shows for an option's default; `undefined` for nothing. */
function defaultText(
  option: Option,
  type: TypeOrTypeHandler<unknown> | undefined,
): unknown {
  if (option.default === undefined && option.defaultText === undefined) {
    return undefined;
  }
  const value = typeof option.default === "function"
    ? option.default()
    : option.default;
  if (typeof option.defaultText === "function") {
    return option.defaultText(value);
  }
  if (option.defaultText !== undefined) return option.defaultText;
  return type instanceof Type && type.defaultText ? type.defaultText() : value;
}
