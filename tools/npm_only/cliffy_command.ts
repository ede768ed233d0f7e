/**
 * Stand-in for `@cliffy/command` on networks that serve npm only, over
 * `commander`: the members that the program uses, and no other.
 *
 * Equal is what the program promises: what is refused, with one line that names
 * the option; flag before variable before default; what help tells. Wording and
 * layout are commander's.
 *
 * @module
 */
import { Command as Commander, CommanderError, Option } from "commander";

/** Wrong usage. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly exitCode = 2;
}

/** A value as it was given, and where. */
interface Given {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly type: string;
}

/** Reads a value, or refuses it. */
type TypeHandler = (given: Given) => unknown;

/** A command line, its options and what it does. */
export class Command {
  readonly #commander = new Commander()
    .exitOverride()
    .helpCommand(false)
    .helpOption("-h, --help", "Show this help.")
    // On a terminal of 60 columns, so much is left for descriptions.
    .configureHelp({ minWidthToWrap: 20 })
    // Else an option behind a subcommand would be the program's own.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => console.log(text.trimEnd()),
      outputError: () => {},
      // By itself it reads variables that the program may not.
      getOutHasColors: () => false,
    })
    .hook("preSubcommand", refuseOptions)
    .action(() => this.#commander.outputHelp());
  readonly #types = new Map<string, TypeHandler>([
    ["string", ({ value }) => value],
  ]);
  /** Variables and their types, by the option that each sets. */
  readonly #variables = new Map<string, { variable: string; type: string }>();
  readonly #given = new Set<string>();
  #args: readonly string[] = [];
  #version = "";

  name(name: string): this {
    this.#commander.name(name);
    return this;
  }

  description(text: string): this {
    this.#commander.description(text);
    return this;
  }

  /** Errors come back from {@linkcode parse}; here they always do. */
  noExit(): this {
    return this;
  }

  help({ colors }: { colors: boolean }): this {
    this.#commander.configureOutput({ getOutHasColors: () => colors });
    return this;
  }

  /** Gives the options `-V`, which prints it, and `--version`, the long one. */
  version(version: string): this {
    this.#version = version;
    this.#commander
      .option("-V, --version", "Show the version number for this program.")
      .on("option:version", () => {
        if (this.#args.includes("--version")) this.showLongVersion();
        else console.log(this.#version);
        throw new CommanderError(0, "version", "");
      });
    return this;
  }

  showLongVersion(): void {
    console.log(this.#version);
  }

  type(name: string, handler: TypeHandler): this {
    this.#types.set(name, handler);
    return this;
  }

  group(heading: string): this {
    this.#commander.optionsGroup(`${heading}:`);
    return this;
  }

  /** @param flags A switch, or a flag and its value: `--idle <duration:idle>`. */
  option(
    flags: string,
    description: string,
    { default: value, defaultText = value, collect = false }: {
      default?: unknown;
      defaultText?: unknown;
      collect?: boolean;
    } = {},
  ): this {
    const told = defaultText === undefined ? "" : ` (Default: ${defaultText})`;
    const type = typeOf(flags);
    const option = new Option(
      flags.replace(`:${type}`, ""),
      description + told,
    );
    const [key, name] = [option.attributeName(), option.long!];
    if (type !== undefined) {
      option.argParser((value, before) => {
        const read = this.#read({ label: "Option", name, value, type });
        if (!collect) return read;
        return this.#given.has(key) ? [...before as unknown[], read] : [read];
      });
    }
    this.#commander.addOption(option);
    if (value !== undefined) {
      this.#commander.setOptionValueWithSource(key, value, "default");
    }
    this.#commander.on(`option:${option.name()}`, () => {
      if (this.#given.size === this.#given.add(key).size && !collect) {
        throw new ValidationError(`Option "${name}" can only occur once.`);
      }
    });
    return this;
  }

  /** @param declaration One or more values: `<ledger...:ledger>`. */
  argument(declaration: string, description: string): this {
    const type = typeOf(declaration)!;
    const name = /\w+/.exec(declaration)![0];
    this.#commander.argument(
      declaration.replace(`:${type}`, ""),
      description,
      (value: string, earlier: unknown[] = []) => [
        ...earlier,
        this.#read({ label: "Argument", name, value, type }),
      ],
    );
    return this;
  }

  example(name: string, text: string): this {
    this.#commander.addHelpText("after", `\n${name}:\n  ${text}`);
    return this;
  }

  /** @param declaration A variable and its value: `X_IDLE=<duration:idle>`. */
  env(
    declaration: string,
    _description: string,
    { prefix = "" }: { prefix?: string } = {},
  ): this {
    const variable = declaration.replace(/=.*/, "");
    const key = variable.slice(prefix.length).toLowerCase()
      .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    this.#variables.set(key, { variable, type: typeOf(declaration)! });
    return this;
  }

  /** What the command does; without one, it shows its help. */
  action(
    action: (options: Record<string, unknown>, ...args: unknown[]) => unknown,
  ): this {
    this.#commander.action(async () => {
      await action(this.#values(), ...this.#commander.processedArgs.flat());
    });
    return this;
  }

  command(name: string, child: Command): this {
    this.#commander.addCommand(child.#commander.name(name));
    return this;
  }

  /** @throws {ValidationError} If the arguments are wrong. */
  async parse(args: string[]): Promise<void> {
    this.#args = args;
    try {
      await this.#commander.parseAsync(args, { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      // Help and version end it too.
      if (error.exitCode !== 0) throw new ValidationError(sentence(error));
    }
  }

  /** The options: as given, else by variable, else the default. */
  #values(): Record<string, unknown> {
    const values = { ...this.#commander.opts() };
    for (const [key, { variable: name, type }] of this.#variables) {
      if (this.#commander.getOptionValueSource(key) === "cli") continue;
      const value = Deno.env.get(name);
      // An empty variable is one that is not set.
      if (!value) continue;
      values[key] = this.#read({
        label: "Environment variable",
        name,
        value,
        type,
      });
    }
    return values;
  }

  #read(given: Given): unknown {
    return this.#types.get(given.type)!(given);
  }
}

/** Refuses options before a subcommand, where they would do nothing. */
function refuseOptions(command: Commander): void {
  const given = command.options.find((option) =>
    command.getOptionValueSource(option.attributeName()) === "cli"
  );
  if (given === undefined) return;
  throw new ValidationError(
    `Option "${given.long}" must stand behind the command, not before it.`,
  );
}

/** The type in a declaration such as `--idle <duration:idle>`. */
function typeOf(declaration: string): string | undefined {
  return /:([\w-]+)>/.exec(declaration)?.[1];
}

/** Commander's message as one sentence on one line. */
function sentence({ message }: CommanderError): string {
  const text = message.replace("error: ", "").replaceAll("\n", " ");
  return `${text[0]!.toUpperCase()}${text.slice(1)}`.replace(/\.?$/, ".");
}
