/**
 * The chainable methods that declare a command.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { CommandNode } from "./command_node.ts";
import { readOption, readVariable } from "./definitions.ts";
import { CommandError } from "./errors.ts";
import { flagOf } from "./names.ts";
import type {
  ActionHandler,
  EnvVarOptions,
  ErrorHandler,
  GlobalEnvVarOptions,
  GlobalOptionOptions,
  HelpOptions,
  OptionOptions,
  OptionValueHandler,
  TypeOptions,
  TypeOrTypeHandler,
} from "./types.ts";

/**
 * Declares a command and its sub-commands.
 *
 * Every method declares on the selected command: the command itself at first,
 * and after `command()` the sub-command added last, until `reset()`.
 */
export abstract class CommandBuilder extends CommandNode {
  /** The command that declarations go to. */
  protected selected: Command = this.registry.owner;

  /** Selects this command again. */
  reset(): this {
    this.declared.groupName = null;
    this.selected = this.registry.owner;
    return this;
  }

  /** Sets the name. */
  name(name: string): this {
    this.selected.registry.name(name);
    return this;
  }

  /**
   * Adds another name.
   *
   * @throws {Error} If the command has the name already.
   */
  alias(alias: string): this {
    const { registry } = this.selected;
    if ([registry.name(), ...registry.aliases()].includes(alias)) {
      throw new CommandError(`Duplicate command alias "${alias}".`);
    }
    registry.alias(alias);
    return this;
  }

  /** Sets the version shown by `--version` and in the help text. */
  version(version: string): this {
    this.selected.declared.version = version;
    return this;
  }

  /** Sets the description. Its first line is the short description. */
  description(description: string): this {
    this.selected.registry.description(description);
    return this;
  }

  /** Adds a line to the help text and to the long version. */
  meta(name: string, value: string): this {
    this.selected.declared.meta[name] = value;
    return this;
  }

  /** Sets what the help text shows behind the command's path. */
  usage(usage: string): this {
    this.selected.declared.usage = usage;
    return this;
  }

  /**
   * Adds an example to the help text.
   *
   * @throws {Error} If there is an example of this name.
   */
  example(name: string, description: string): this {
    const { examples } = this.selected.declared;
    if (examples.some((example) => example.name === name)) {
      throw new CommandError(`Example with name "${name}" already exists.`);
    }
    examples.push({ name, description });
    return this;
  }

  /** Leaves the command out of the help text. */
  hidden(): this {
    this.selected.declared.isHidden = true;
    return this;
  }

  /** Sets the heading for the options declared next; `null` for none. */
  group(name: string | null): this {
    this.selected.declared.groupName = name;
    return this;
  }

  /**
   * Sets how the help text is made, for this command and those below it.
   *
   * @param options `auto` (default: `true`) shows the help when a command with
   *   sub-commands and without an action is run without arguments.
   */
  help(options: HelpOptions & { auto?: boolean }): this {
    const { auto, ...help } = options;
    this.selected.declared.help = help;
    if (auto !== undefined) this.selected.declared.autoHelp = auto;
    return this;
  }

  /**
   * Registers a type under a name.
   *
   * @throws {Error} If the name is taken and `override` is not set.
   */
  type(
    name: string,
    handler: TypeOrTypeHandler<unknown>,
    options?: TypeOptions,
  ): this {
    const { types } = this.selected.declared;
    if (types.has(name) && !options?.override) {
      throw new CommandError(`Type with name "${name}" already exists.`);
    }
    types.set(name, { ...options, name, handler });
    return this;
  }

  /** Registers a type that all sub-commands know. */
  globalType(
    name: string,
    handler: TypeOrTypeHandler<unknown>,
    options?: Omit<TypeOptions, "global">,
  ): this {
    return this.type(name, handler, { ...options, global: true });
  }

  /**
   * Declares an option.
   *
   * @param flags Flags and value: `-n, --name`, `--name <value:type>` for a
   *   required value, `--name [value:type]` for an optional one, `type[]` for
   *   a list, `--no-name` for a negation.
   * @param description The text for the help.
   * @param options The settings, or a function that maps the value.
   * @throws {Error} If a flag is taken or the declaration is outside the
   *   subset.
   */
  option(
    flags: string,
    description: string,
    options?: OptionOptions | OptionValueHandler,
  ): this {
    const option = readOption(
      flags,
      description,
      typeof options === "function" ? { value: options } : { ...options },
      // Like Cliffy it is the group of this command, not of the selected one.
      this.declared.groupName,
    );
    const { options: declared } = this.selected.declared;
    for (const name of [option.name, ...(option.aliases ?? [])]) {
      if (
        declared.some((other) =>
          other.name === name || other.aliases?.includes(name)
        )
      ) {
        throw new CommandError(
          `An option with name '${
            flagOf(name)
          }' is already registered on command '${this.getPath()}'.`,
        );
      }
    }
    if (option.prepend) declared.unshift(option);
    else declared.push(option);
    return this;
  }

  /** Declares an option that all sub-commands inherit. */
  globalOption(
    flags: string,
    description: string,
    options?: GlobalOptionOptions | OptionValueHandler,
  ): this {
    const settings = typeof options === "function"
      ? { value: options }
      : options;
    return this.option(flags, description, { ...settings, global: true });
  }

  /**
   * Declares an environment variable.
   *
   * @param declaration Names and value, such as `NAME=<value:type>`; a
   *   variable without a value is a boolean.
   * @param description The text for the help.
   * @param options The settings.
   * @throws {Error} If a name is taken or the value is optional.
   */
  env(
    declaration: string,
    description: string,
    options?: EnvVarOptions,
  ): this {
    const variable = readVariable(declaration, description, { ...options });
    const { variables } = this.selected.declared;
    const names = new Set(variables.flatMap(({ names }) => names));
    if (variable.names.some((name) => names.has(name))) {
      throw new CommandError(
        `Environment variable with name "${declaration}" already exists.`,
      );
    }
    variables.push(variable);
    return this;
  }

  /** Declares an environment variable that all sub-commands inherit. */
  globalEnv(
    declaration: string,
    description: string,
    options?: GlobalEnvVarOptions,
  ): this {
    return this.env(declaration, description, { ...options, global: true });
  }

  /** Sets what the command does. */
  action(action: ActionHandler): this {
    this.selected.declared.action = action;
    return this;
  }

  /** Sets what is called with an error before it is thrown or printed. */
  error(handler: ErrorHandler): this {
    this.selected.declared.errorHandler = handler;
    return this;
  }

  /** Throws validation errors instead of printing them and exiting. */
  throwErrors(): this {
    this.selected.declared.throwErrors = true;
    return this;
  }

  /** Like `throwErrors()`, and does not exit after help and version either. */
  noExit(): this {
    this.selected.declared.exit = false;
    return this.throwErrors();
  }
}
