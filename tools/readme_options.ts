/**
 * Writes the option tables of README.md, which stand between
 * `<!-- options of COMMAND -->` and `<!-- end of options -->`, and all of
 * docs/commands.md, from the tables that the command line itself is made of.
 *
 *     deno task readme
 */
import {
  allCommands,
  type CommandDescription,
  PROGRAM,
} from "../src/cli/command_tree.ts";
import { type OptionSpec, valueOf } from "../src/cli/option_spec.ts";
import { wrapped } from "../src/cli/terminal.ts";

/** As wide as `deno fmt` makes it. */
const PAGE_WIDTH = 80;

/** Where {@linkcode commandsPage} stands. */
export const COMMANDS_PAGE = new URL("../docs/commands.md", import.meta.url);

const README = new URL("../README.md", import.meta.url);

const TABLES =
  /(<!-- options of ([\w ]+) -->\n)[^]*?(?=<!-- end of options -->)/g;

/** A README whose option tables are those of the program. */
export function withOptionTables(readme: string): string {
  return readme.replace(TABLES, (_, start: string, name: string) => {
    const command = allCommands(PROGRAM)
      .find(({ path }) => path.join(" ") === name);
    if (command === undefined) throw new Error(`There is no command "${name}"`);
    return `${start}\n${tableOf(optionsOf(command))}\n`;
  });
}

/** A page in Markdown with every command that does something itself. */
export function commandsPage(): string {
  const commands = PROGRAM.commands.flatMap(allCommands)
    .filter(({ commands }) => commands.length === 0);
  return "# Commands\n\n" +
    "Written by `deno task readme` from what `--help` shows.\n" +
    commands.map(sectionOf).join("");
}

function sectionOf(command: CommandDescription): string {
  const { path, description, example, argument } = command;
  const options = optionsOf(command);
  const usage = [
    ...[PROGRAM.name, ...path],
    ...argument === undefined
      ? []
      : [argument.declaration.replace(/:[\w-]+>/, ">")],
    ...options.length === 0 ? [] : ["[options]"],
  ].join(" ");
  const [title, line] = example!;
  return `\n## ${path.join(" ")}\n\n` +
    `${paragraph(description.replace(/\.?$/, "."))}\n\n` +
    `\`${usage}\`\n\n` +
    `${paragraph(`${title}:`)}\n\n` +
    `\`\`\`sh\n${PROGRAM.name} ${line}\n\`\`\`\n` +
    (options.length === 0 ? "" : `\n${tableOf(options)}`);
}

function paragraph(text: string): string {
  return wrapped(withCode(text), PAGE_WIDTH).join("\n");
}

function optionsOf({ options }: CommandDescription): OptionSpec[] {
  return options.flatMap(([_, specs]) => specs);
}

function tableOf(options: readonly OptionSpec[]): string {
  const rows = [
    ["option", "variable", "default", "what it does"],
    ...options.map((option) => [
      code(option.flags.replace(/:[\w-]+>/, ">")),
      code(option.variable ?? ""),
      code(
        valueOf(option) === undefined
          ? ""
          : option.defaultText ?? `${option.default ?? ""}`,
      ),
      withCode(option.description),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((cells) => cells[column]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")
    } |\n`;
  const [head, ...body] = rows.map(line);
  const rule = line(widths.map((width) => "-".repeat(width)));
  return head! + rule + body.join("");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** What Markdown would take for something else is code: `--from`, `*.event.*`. */
function withCode(description: string): string {
  return description.replace(
    /[^\s;,():]*(?:--\w|[<>*_|]|:\/\/)[^\s;,()]*(?<![.:])/g,
    (word) => code(word.replaceAll("|", "\\|")),
  );
}

if (import.meta.main) {
  await Deno.writeTextFile(COMMANDS_PAGE, commandsPage());
  await Deno.writeTextFile(
    README,
    withOptionTables(await Deno.readTextFile(README)),
  );
}
