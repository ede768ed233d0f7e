import {
  allCommands,
  allOptions,
  type CommandDescription,
} from "../command_tree.ts";
import { flagsOf } from "../option_spec.ts";
import { type Offer, offerOf } from "./offer.ts";

/**
 * The completion script for bash, 3.2 (that of macOS) or later.
 *
 * @param program The program itself.
 */
export function bashScript(program: CommandDescription): string {
  const commands = allCommands(program);
  return `# bash completion for eventcounter, made by: eventcounter completions bash
_eventcounter() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path="" word index=1
  # bash makes three words of --option=value.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  while ((index < COMP_CWORD)); do
    case "$path \${COMP_WORDS[index]}" in
${
    commands.slice(1).map(({ path }) =>
      `      ${quoted(" " + path.join(" "))}) path=${
        quoted(" " + path.join(" "))
      } ;;\n`
    ).join("")
  }      *) break ;;
    esac
    ((index++))
  done
  COMPREPLY=()
  case "$path" in
${commands.map(caseOf).join("")}  esac
}

_eventcounter_offer() {
  while IFS= read -r word; do COMPREPLY+=("$word"); done
}

complete -F _eventcounter eventcounter
`;
}

function caseOf(command: CommandDescription): string {
  const { path, commands, argument } = command;
  const flags = allOptions(command).flatMap(flagsOf);
  const names = commands.map(({ name }) => name);
  const valued = allOptions(command).flatMap((option) => {
    const offer = offerOf(option);
    return offer === undefined ? [] : [
      `        ${flagsOf(option).join(" | ")}) ${actionOf(offer)}return ;;\n`,
    ];
  });
  const offered = names.length === 0
    ? ""
    : `      if ((index == COMP_CWORD)); then
        _eventcounter_offer < <(compgen -W ${
      quoted(names.join(" "))
    } -- "$current")
      fi
`;
  const files = argument === undefined
    ? ""
    : `      [[ $current == -* ]] || { ${
      actionOf({ kind: "file" })
    }return; }\n`;
  return `    ${quoted(path.map((name) => ` ${name}`).join(""))})
      case "$previous" in
${valued.join("")}      esac
${offered}${files}      _eventcounter_offer < <(compgen -W ${
    quoted(flags.join(" "))
  } -- "$current")
      ;;
`;
}

function actionOf(offer: Offer): string {
  switch (offer.kind) {
    case "words":
      return `_eventcounter_offer < <(compgen -W ${
        quoted(offer.words.join(" "))
      } -- "$current"); `;
    case "file":
    case "folder": {
      const action = offer.kind === "file" ? "-f" : "-d";
      return `compopt -o filenames 2>/dev/null; ` +
        `_eventcounter_offer < <(compgen ${action} -- "$current"); `;
    }
    case "text":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
