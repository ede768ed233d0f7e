/**
 * One node of the tree of commands and what can be asked about it.
 *
 * @module
 */
import { Command as CommanderCommand } from "commander";
import type { Command } from "./command.ts";
import { firstLine } from "./help_text.ts";
import { findOption } from "./names.ts";
import type {
  ActionHandler,
  EnvVar,
  ErrorHandler,
  Example,
  HelpOptions,
  Option,
  TypeDef,
} from "./types.ts";

/** commander's command, which carries names, aliases and the tree. */
class RegistryEntry extends CommanderCommand {
  /** The command this entry belongs to. */
  readonly owner: Command;

  constructor(owner: Command) {
    super("COMMAND");
    this.owner = owner;
    // Help is made here; commander's own option and command are not wanted.
    this.helpOption(false).helpCommand(false);
  }
}

/** What a command was declared with. */
interface Declarations {
  version?: string;
  usage?: string;
  meta: Record<string, string>;
  examples: Example[];
  /** The heading for options declared next. */
  groupName: string | null;
  types: Map<string, TypeDef>;
  options: Option[];
  variables: EnvVar[];
  action?: ActionHandler;
  errorHandler?: ErrorHandler;
  help?: HelpOptions;
  /** Show the help when a command has sub-commands but no action. */
  autoHelp?: boolean;
  isHidden: boolean;
  /** Throw validation errors. */
  throwErrors?: boolean;
  /** Exit after help and version. */
  exit?: boolean;
  /** The option added for the version. */
  versionOption?: Option;
  /** The option added for the help. */
  helpOption?: Option;
}

/** Questions about a command. */
export abstract class CommandNode {
  /** commander's command of the same name. */
  protected readonly registry: RegistryEntry;
  /** What the command was declared with. */
  protected readonly declared: Declarations = {
    meta: {},
    examples: [],
    groupName: null,
    types: new Map(),
    options: [],
    variables: [],
    isHidden: false,
  };
  /** The command this one is a sub-command of. */
  protected parent?: Command;
  /** Whether parsing began with this command. */
  protected isRoot = false;
  /** The arguments this command was given. */
  protected rawArgs: string[] = [];
  /** What followed `--`. */
  protected literalArgs: string[] = [];

  /** Makes a command named `COMMAND`. */
  constructor() {
    // Command is the only class built on this one; it cannot be imported as a
    // value here, since it is defined in terms of this class.
    this.registry = new RegistryEntry(this as unknown as Command);
  }

  /** The command's name; `COMMAND` if it was not set. */
  getName(): string {
    return this.registry.name();
  }

  /** The command's other names. */
  getAliases(): string[] {
    return this.registry.aliases();
  }

  /** The command this one is a sub-command of. */
  getParent(): Command | undefined {
    return this.parent;
  }

  /** The command at the top of the tree. */
  getMainCommand(): Command {
    return this.parent?.getMainCommand() ?? this.registry.owner;
  }

  /**
   * The names from the top of the tree, or from where parsing began, down to
   * this command, joined by spaces.
   *
   * @param name Used in place of the topmost name.
   */
  getPath(name?: string): string {
    return this.parent && !this.isRoot
      ? `${this.parent.getPath(name)} ${this.getName()}`
      : name || this.getName();
  }

  /** The command's version, else that of the nearest parent with one. */
  getVersion(): string | undefined {
    return this.setting("version");
  }

  /** The command's description; "" if it has none. */
  getDescription(): string {
    return this.registry.description();
  }

  /** The first line of the command's description. */
  getShortDescription(): string {
    return firstLine(this.getDescription());
  }

  /** The usage as declared, else the required options. */
  getUsage(): string {
    if (this.declared.usage !== undefined) return this.declared.usage;
    return this.getOptions()
      .filter((option) => option.required)
      .map(({ flags, typeDefinition }) => {
        const long = flags.find((flag) => flag.startsWith("--"));
        return [long ?? flags[0], typeDefinition].filter(Boolean).join(" ");
      })
      .join(" ");
  }

  /** All meta data by name. */
  getMeta(): Record<string, string>;
  /** The meta data of one name. */
  getMeta(name: string): string | undefined;
  getMeta(name?: string): Record<string, string> | string | undefined {
    return name === undefined ? this.declared.meta : this.declared.meta[name];
  }

  /** The command's examples. */
  getExamples(): Example[] {
    return this.declared.examples;
  }

  /** The arguments this command was given. */
  getRawArgs(): string[] {
    return this.rawArgs;
  }

  /** What followed `--`. */
  getLiteralArgs(): string[] {
    return this.literalArgs;
  }

  /**
   * The options of the command, inherited ones first.
   *
   * @param hidden Include hidden ones. Default: `false`.
   */
  getOptions(hidden?: boolean): Option[] {
    return this.inherit((command) => command.declared.options)
      .filter((option) => hidden || !option.hidden);
  }

  /** The option of this name, without dashes; own ones come first. */
  getOption(name: string, hidden?: boolean): Option | undefined {
    const options = this.getOptions(hidden);
    const own = options.filter((option) =>
      this.declared.options.includes(option)
    );
    return findOption(own, name) ?? findOption(options, name);
  }

  /**
   * The environment variables of the command, inherited ones first.
   *
   * @param hidden Include hidden ones. Default: `false`.
   */
  getEnvVars(hidden?: boolean): EnvVar[] {
    return this.inherit((command) => command.declared.variables)
      .filter((variable) => hidden || !variable.hidden);
  }

  /** The types known to the command, inherited ones first. */
  getTypes(): TypeDef[] {
    return this.inherit((command) => [...command.declared.types.values()]);
  }

  /** The type of this name. */
  getType(name: string): TypeDef | undefined {
    return this.getTypes().find((type) => type.name === name);
  }

  /**
   * The sub-commands.
   *
   * @param hidden Include hidden ones. Default: `false`.
   */
  getCommands(hidden?: boolean): Command[] {
    return this.registry.commands
      .map((entry) => (entry as RegistryEntry).owner)
      .filter((command) => hidden || !command.declared.isHidden);
  }

  /** The sub-command of this name or alias. */
  getCommand(name: string, hidden?: boolean): Command | undefined {
    return this.getCommands(hidden).find((command) =>
      command.getName() === name || command.getAliases().includes(name)
    );
  }

  /** Whether there are sub-commands. */
  hasCommands(hidden?: boolean): boolean {
    return this.getCommands(hidden).length > 0;
  }

  /** A setting of this command, else of the nearest parent that has it. */
  protected setting<TKey extends keyof Declarations>(
    key: TKey,
  ): Declarations[TKey] | undefined {
    return this.declared[key] ?? this.parent?.setting(key);
  }

  /** This command's items behind the global ones of the commands above it. */
  protected inherit<TItem extends { name: string; global?: boolean }>(
    itemsOf: (command: CommandNode) => TItem[],
  ): TItem[] {
    const own = itemsOf(this);
    const inherited: TItem[] = [];
    for (let above = this.parent; above; above = above.parent) {
      for (const item of itemsOf(above)) {
        const isKnown = [...own, ...inherited].some((other) =>
          other.name === item.name
        );
        if (item.global && !isKnown) inherited.push(item);
      }
    }
    return [...inherited, ...own];
  }
}
