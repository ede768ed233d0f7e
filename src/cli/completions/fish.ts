import {
  allCommands,
  allOptions,
  type CommandDescription,
} from "../command_tree.ts";
import { flagsOf, type OptionSpec } from "../option_spec.ts";
import { type Offer, offerOf } from "./offer.ts";

/**
 * The completion script for fish.
 *
 * @param program The program itself.
 */
export function fishScript(program: CommandDescription): string {
  const commands = allCommands(program);
  const paths = commands.slice(1).map(({ path }) => quoted(path.join(" ")));
  return `# fish completion for eventcounter, made by: eventcounter completions fish

# Whether the words so far lead to a command; with a second argument, whether
# the word at hand may name one below it.
function __eventcounter_is_at
    set -l words (commandline -opc)[2..]
    set -l path
    for word in $words
        set -l longer (string join -- ' ' $path $word)
        contains -- "$longer" ${paths.join(" ")}; or break
        set path $path $word
    end
    set -l at (string join -- ' ' $path)
    test "$at" = "$argv[1]"; or return
    test (count $argv) -eq 1; or test (count $words) -eq (count $path)
end

complete -c eventcounter -f
${commands.map(linesOf).join("\n")}`;
}

function linesOf(command: CommandDescription): string {
  const { path, commands, argument } = command;
  const at = quoted(path.join(" "));
  const lines = [
    ...(argument === undefined ? [] : [
      `complete -c eventcounter -n ${quoted(`__eventcounter_is_at ${at}`)} -F`,
    ]),
    ...commands.map(({ name, description }) =>
      `complete -c eventcounter -n ${
        quoted(`__eventcounter_is_at ${at} name`)
      } -a ${name} -d ${quoted(description)}`
    ),
    ...allOptions(command).map((option) =>
      `complete -c eventcounter -n ${quoted(`__eventcounter_is_at ${at}`)} ${
        namesOf(option)
      }${actionOf(offerOf(option))} -d ${quoted(`${option.description}.`)}`
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function namesOf(option: OptionSpec): string {
  return flagsOf(option).map((flag) =>
    flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
  ).join(" ");
}

function actionOf(offer: Offer | undefined): string {
  switch (offer?.kind) {
    case undefined:
      return "";
    case "words":
      return ` -x -a ${quoted(offer.words.join(" "))}`;
    case "file":
      return " -r -F";
    case "folder":
      return " -x -a '(__fish_complete_directories)'";
    case "text":
      return " -x";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
