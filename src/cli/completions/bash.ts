import {
  allCommands,
  type CompletedCommand,
  type CompletedValue,
} from "./command_tree.ts";

/**
 * The completion script for bash, 3.2 (that of macOS) or later.
 *
 * @param program The program itself.
 */
export function bashScript(program: CompletedCommand): string {
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

function caseOf(command: CompletedCommand): string {
  const { path, options, commands } = command;
  const flags = options.flatMap(({ flags }) => flags);
  const names = commands.map(({ name }) => name);
  const valued = options.flatMap(({ flags, value }) =>
    value === undefined ? [] : [
      `        ${flags.join(" | ")}) ${offer(value)}return ;;\n`,
    ]
  );
  const offered = names.length === 0
    ? ""
    : `      if ((index == COMP_CWORD)); then
        _eventcounter_offer < <(compgen -W ${
      quoted(names.join(" "))
    } -- "$current")
      fi
`;
  return `    ${quoted(path.map((name) => ` ${name}`).join(""))})
      case "$previous" in
${valued.join("")}      esac
${offered}      _eventcounter_offer < <(compgen -W ${
    quoted(flags.join(" "))
  } -- "$current")
      ;;
`;
}

function offer(value: CompletedValue): string {
  switch (value.kind) {
    case "words":
      return `_eventcounter_offer < <(compgen -W ${
        quoted(value.words.join(" "))
      } -- "$current"); `;
    case "file":
    case "folder": {
      const action = value.kind === "file" ? "-f" : "-d";
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
