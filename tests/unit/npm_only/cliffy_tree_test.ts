/**
 * Sub-commands, what they inherit, and what can be asked about a command.
 *
 * @module
 */
import { Command, EnumType } from "@cliffy/command";
import { assertEquals, assertRejects } from "@std/assert";
import { DEFAULTS, sampleCommand } from "./sample_command.ts";

/** A command with two levels below it; `ran` gets what is run. */
// deno-lint-ignore no-explicit-any -- the types of a tree are long
function tree(ran: unknown[]): Command<any> {
  const leaf = new Command()
    .description("A leaf.\nIt hangs on a branch.")
    .option("--size <n:integer>", "How large.", { default: 1 })
    .action((options) => {
      ran.push(["leaf", { ...options }]);
    });
  const branch = new Command()
    .description("A branch.")
    .option("--colour <name:colour>", "Which colour.")
    .action((options) => {
      ran.push(["branch", { ...options }]);
    });
  branch.command("leaf", leaf).reset();
  return new Command()
    .name("tree")
    .version("1.0.0")
    .type("colour", new EnumType(["green", "red"]), { global: true })
    .globalOption("-d, --deep", "For all.")
    .option("--own", "For the trunk alone.")
    .command("branch", branch)
    .command("secret", new Command().description("Not shown.").hidden())
    .reset()
    .noExit();
}

Deno.test({
  name: "tree: a sub-command takes the rest of the line",
  permissions: "none",
  async fn() {
    const ran: unknown[] = [];
    const result = await tree(ran).parse(["branch", "--colour", "red"]);
    assertEquals(ran, [["branch", { colour: "red" }]]);
    assertEquals(result.cmd.getPath(), "tree branch");
    assertEquals(result.cmd.getRawArgs(), ["--colour", "red"]);
  },
});

Deno.test({
  name: "tree: a global option stands before or behind the sub-command",
  permissions: "none",
  async fn() {
    const ran: unknown[] = [];
    await tree(ran).parse(["--deep", "branch", "leaf"]);
    await tree(ran).parse(["branch", "leaf", "-d"]);
    assertEquals(ran, [
      ["leaf", { size: 1, deep: true }],
      ["leaf", { size: 1, deep: true }],
    ]);
  },
});

Deno.test({
  name: "tree: other options are not inherited",
  permissions: "none",
  async fn() {
    await assertRejects(
      () => tree([]).parse(["branch", "--own"]),
      Error,
      'Unknown option "--own".',
    );
    await assertRejects(
      () => tree([]).parse(["--own", "branch"]),
      Error,
      "Too many arguments: branch",
    );
  },
});

Deno.test({
  name: "tree: help is inherited, hidden commands are not shown",
  permissions: "none",
  fn() {
    const trunk = tree([]).help({ colors: false, width: 80 });
    assertEquals(
      trunk.getHelp(),
      `
Usage:   tree ${""}
Version: 1.0.0

Options:

  -h, --help     - Show this help.                            ${""}
  -V, --version  - Show the version number for this program.  ${""}
  -d, --deep     - For all.                                   ${""}
  --own          - For the trunk alone.                       ${""}

Commands:

  branch  - A branch.
`,
    );
    assertEquals(
      trunk.getCommand("branch")?.getCommand("leaf")?.getHelp(),
      `
Usage:   tree branch leaf
Version: 1.0.0           ${""}

Description:

  A leaf.              ${""}
  It hangs on a branch.

Options:

  -h, --help       - Show this help.              ${""}
  -d, --deep       - For all.                     ${""}
  --size      <n>  - How large.       (Default: 1)
`,
    );
  },
});

Deno.test({
  name: "tree: declarations go to the sub-command added last until reset",
  permissions: "none",
  fn() {
    const trunk = new Command().name("trunk")
      .command("branch", "A branch.")
      .option("--there", "On the branch.")
      .reset()
      .option("--here", "On the trunk.");
    const names = (command?: Command) =>
      command?.getOptions().map(({ name }) => name);
    // deno-lint-ignore no-explicit-any -- as any command, whatever its options
    const any: Command<any> = trunk;
    assertEquals(names(any), ["here"]);
    assertEquals(names(any.getCommand("branch")), ["there"]);
  },
});

Deno.test({
  name: "tree: without an action a command with sub-commands shows its help",
  permissions: "none",
  async fn() {
    const { log } = console;
    const printed: string[] = [];
    console.log = (text: string) => printed.push(text);
    try {
      await tree([]).parse([]);
      await tree([]).help({ auto: false }).parse([]);
    } finally {
      console.log = log;
    }
    assertEquals(printed.length, 1);
  },
});

Deno.test({
  name: "tree: an action is called as a method of its command",
  permissions: "none",
  async fn() {
    let name = "";
    await new Command().name("self").noExit()
      .action(function () {
        name = this.getName();
      })
      .parse([]);
    assertEquals(name, "self");
  },
});

Deno.test({
  name: "tree: what can be asked about a command",
  permissions: "none",
  fn() {
    const command = sampleCommand();
    assertEquals(command.getName(), "sample");
    assertEquals(command.getPath(), "sample");
    assertEquals(command.getVersion(), "1.2.3");
    assertEquals(
      command.getDescription(),
      "Shows all kinds of declarations.",
    );
    assertEquals(command.getCommands(), []);
    const input = command.getOption("input");
    assertEquals(
      [input?.name, input?.flags, input?.aliases, input?.typeDefinition],
      ["input", ["-i", "--input"], ["i"], "<path:file>"],
    );
    const { length } = command.getOptions();
    assertEquals(command.getOptions(true).length, length + 1);
    const [variable] = command.getEnvVars();
    assertEquals(
      [variable?.name, variable?.prefix, variable?.type],
      ["SAMPLE_LEVEL", "SAMPLE_", "level"],
    );
  },
});

Deno.test({
  name: "tree: options can be declared from a table",
  permissions: "none",
  async fn() {
    const table: { flags: string; text: string; start?: number }[] = [
      { flags: "--first <n:number>", text: "One." },
      { flags: "--second <n:number>", text: "Two.", start: 2 },
    ];
    // deno-lint-ignore no-explicit-any -- the flags are not known to the types
    let command: Command<any> = new Command().name("table").noExit();
    for (const { flags, text, start } of table) {
      command = command.option(
        flags,
        text,
        start === undefined ? {} : { default: start },
      );
    }
    const { options } = await command.parse(["--first", "1"]);
    assertEquals(options, { first: 1, second: 2 });
  },
});

Deno.test({
  name: "tree: a command can be parsed again",
  permissions: "none",
  async fn() {
    const command = sampleCommand();
    await command.parse(["--count", "1"]);
    const { options } = await command.parse([]);
    assertEquals(options, DEFAULTS);
  },
});
