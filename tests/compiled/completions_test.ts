/** The completion scripts in real shells. */
import { assert, assertEquals } from "@std/assert";
import {
  allCommands,
  allOptions,
  PROGRAM,
} from "../../src/cli/command_tree.ts";
import { flagsOf, OPTION_WORDS } from "../../src/cli/option_spec.ts";
import { runProgram } from "../support/program.ts";
import { provide } from "../support/provide.ts";

/** What a shell offers for a line, sorted. */
type Complete = (script: string, line: string) => Promise<string[]>;

const BASH = `source "$0"
read -ra COMP_WORDS <<<"\${1//=/ = }"
[[ $1 == *[\\ =] ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_eventcounter
printf '%s\\n' "\${COMPREPLY[@]}"`;

const FISH = 'source $argv[1]; complete -C "$argv[2]"';

/** Types the line and a tab in a zsh on a terminal of its own. */
const ZSH = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $1"
zpty -w -n shell "$2"$'\\t'
while zpty -r shell line; do :; done`;

/** What that zsh is prepared with: it writes down all that is offered. */
const ZSH_SETUP = (script: string, offered: string) =>
  `PROMPT=; autoload -U compinit; compinit -u -d ${script}.dump; setopt nolistbeep
source ${script}
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"; return
  fi
  local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >>${offered}
}
finish() { exit }
comppostfuncs=(finish); bindkey "^I" complete-word; eventcounter() {}
`;

const SHELLS: Readonly<Record<string, Complete>> = {
  bash: async (script, line) =>
    lines(await run("bash", "-c", BASH, script, line)),
  fish: async (script, line) =>
    lines(await run("fish", "--no-config", "-c", FISH, script, line))
      // Behind a tab stands the description. Fish names the option again.
      .map((offer) => offer.split("\t")[0]!.replace(/^--[\w-]+=/, "")),
  zsh: async (script, line) => {
    const [setup, offered] = [`${script}.setup`, `${script}.offered`];
    await Deno.writeTextFile(setup, ZSH_SETUP(script, offered));
    await Deno.writeTextFile(offered, "");
    await run("zsh", "-f", "-c", ZSH, "zsh", setup, line);
    return [...new Set(lines(await Deno.readTextFile(offered)))];
  },
};

for (const [shell, complete] of Object.entries(SHELLS)) {
  Deno.test(`completions: ${shell} offers every command, option and value`, async () => {
    await provide(shell);
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
    const script = `${folder}/script`;
    const { code, stdout } = await runProgram(["completions", shell]);
    assertEquals(code, 0);
    await Deno.writeTextFile(script, stdout);
    const offers = async (line: string) =>
      (await complete(script, `eventcounter ${line}`)).sort();

    for (const command of allCommands(PROGRAM)) {
      const { path, commands } = command;
      const at = path.map((name) => `${name} `).join("");
      assertEquals(
        await offers(`${at}--`),
        allOptions(command).flatMap(flagsOf)
          .filter((flag) => flag.startsWith("--")).sort(),
        `${shell}: ${at}`,
      );
      const names = commands.map(({ name }) => name).sort();
      if (command.argument !== undefined) continue;
      const offered = await offers(at);
      assertEquals(offered.filter((word) => /^\w/.test(word)), names);
    }
    assertEquals(await offers("count --format "), ["json", "text"]);
    assertEquals(await offers("count --format=j"), ["json"]);
    assertEquals(
      await offers("--log-level "),
      [
        ...OPTION_WORDS["log-level"]!,
      ].sort(),
    );
    // A value that is spelled like a command is none.
    assertEquals(await offers("--queue publish --until"), ["--until-empty"]);
    await Deno.mkdir(`${folder}/out/inner`, { recursive: true });
    assertEquals(
      (await offers(`merge --out x ${script.slice(0, -1)}`))
        .filter((offer) => offer.endsWith("script")).length,
      1,
    );
    const [folderOffer, ...none] = await offers(`--out ${folder}/out/`);
    assert(/(^|\/)inner\/?$/.test(folderOffer!), folderOffer);
    assertEquals(none, []);
    await Deno.remove(folder, { recursive: true });
  });
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}
