import {
  allCommands,
  allOptions,
  type CommandDescription,
} from "../command_tree.ts";
import { flagsOf, type OptionSpec } from "../option_spec.ts";
import { type Offer, offerOf } from "./offer.ts";

/**
 * The completion script for zsh: a file `_eventcounter` in a folder of
 * `$fpath`, or read by `source <(eventcounter completions zsh)`.
 *
 * @param program The program itself.
 */
export function zshScript(program: CommandDescription): string {
  return `#compdef eventcounter
# zsh completion for eventcounter, made by: eventcounter completions zsh

${allCommands(program).map(functionOf).join("\n")}
if [[ $funcstack[1] == _eventcounter ]]; then
  _eventcounter "$@"
else
  compdef _eventcounter eventcounter
fi
`;
}

function functionName(path: readonly string[]): string {
  return ["_eventcounter", ...path].join("_");
}

function functionOf(command: CommandDescription): string {
  const { path, commands, argument } = command;
  // Only the first word can name a command; behind it its own function goes on.
  const children = commands.map(({ name, path }) =>
    `      ${name}) shift words; ((CURRENT--)); ${
      functionName(path)
    }; return ;;`
  );
  const names = commands.map(({ name, description }) =>
    `${name}\\:${quotedInside(description)}`
  );
  const specifications = [
    ...allOptions(command).map(specification),
    ...(names.length === 0 ? [] : [`"1: :((${names.join(" ")}))"`]),
    ...(argument === undefined ? [] : ["'*: :_files'"]),
  ];
  return `${functionName(path)}() {
${
    children.length === 0 ? "" : `  if ((CURRENT > 2)); then
    case $words[2] in
${children.join("\n")}
    esac
  fi
`
  }  _arguments \\
    ${specifications.join(" \\\n    ")}
}
`;
}

function specification(option: OptionSpec): string {
  const [flags, offer] = [flagsOf(option), offerOf(option)];
  const text = `[${`${option.description}.`.replaceAll(/[[\]\\:]/g, "\\$&")}]`;
  const action = offer === undefined ? "" : `:value:${actionOf(offer)}`;
  if (flags.length === 1) {
    const equals = offer === undefined ? "" : "=";
    const again = option.repeatable === true ? "*" : "";
    return quoted(`${again}${flags[0]}${equals}${text}${action}`);
  }
  return `'(${flags.join(" ")})'{${flags.join(",")}}${quoted(text + action)}`;
}

function actionOf(offer: Offer): string {
  switch (offer.kind) {
    case "words":
      return `(${offer.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A description in double quotes inside of double quotes. */
function quotedInside(text: string): string {
  const plain = text.replaceAll(/["`$\\]/g, "").replaceAll(/[:()]/g, "\\\\$&");
  return `\\"${plain}\\"`;
}
