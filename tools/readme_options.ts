/**
 * Writes the option tables of README.md, which stand between
 * `<!-- options of COMMAND -->` and `<!-- end of options -->`, from the tables
 * that the command line itself is made of.
 *
 *     deno task readme
 */
import { allCommands, PROGRAM } from "../src/cli/command_tree.ts";
import { type OptionSpec, valueOf } from "../src/cli/option_spec.ts";

const README = new URL("../README.md", import.meta.url);

const TABLES =
  /(<!-- options of ([\w ]+) -->\n)[^]*?(?=<!-- end of options -->)/g;

/** A README whose option tables are those of the program. */
export function withOptionTables(readme: string): string {
  return readme.replace(TABLES, (_, start: string, name: string) => {
    const command = allCommands(PROGRAM)
      .find(({ path }) => path.join(" ") === name);
    if (command === undefined) throw new Error(`There is no command "${name}"`);
    const options = command.options.flatMap(([_, specs]) => specs);
    return `${start}\n${tableOf(options)}\n`;
  });
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
    /[^\s;,():]*(?:--\w|[<>*_|]|:\/\/)[^\s;,()]*/g,
    (word) => code(word.replaceAll("|", "\\|")),
  );
}

if (import.meta.main) {
  await Deno.writeTextFile(
    README,
    withOptionTables(await Deno.readTextFile(README)),
  );
}
