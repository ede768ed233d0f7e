/**
 * The command: declares, parses, runs.
 *
 * @module
 */
import { bold, red } from "./ansi.ts";
import { CommandOutput } from "./command_output.ts";
import { readEnvironment } from "./environment.ts";
import {
  CommandError,
  noArgumentsAllowed,
  tooManyArguments,
  unknownCommand,
  unknownType,
  UsageError,
  ValidationError,
} from "./errors.ts";
import { newParseContext, type ParseContext } from "./parse_context.ts";
import type { ArgumentValue, CommandResult } from "./types.ts";
import { parseOptions } from "./validation.ts";
import { Type } from "./value_types.ts";

/**
 * A command with options, environment variables and sub-commands.
 *
 * The type parameters are those of Cliffy and accept whatever Cliffy accepts;
 * nothing is inferred from them or into them.
 */
export class Command<
  _TParentGlobals = void,
  _TParentTypes = void,
  _TOptions = void,
  _TArguments = [],
  _TGlobals = void,
  _TTypes = void,
  _TGlobalTypes = void,
  _TParent = undefined,
> extends CommandOutput {
  #parsedOptions: Record<string, unknown> = {};

  /**
   * Adds a sub-command and selects it for the declarations that follow.
   *
   * @param name The sub-command's name.
   * @param command The sub-command, or the description of a new one.
   * @throws {Error} If the name is taken or declares arguments.
   */
  command(name: string, command?: Command | string): this {
    this.reset();
    if (!/^[^\s,=<[]+$/.test(name)) {
      throw new CommandError(`Command declaration not supported: "${name}".`);
    }
    if (this.getCommand(name, true)) {
      throw new CommandError(`Duplicate command name "${name}".`);
    }
    const child = command instanceof Command ? command.reset() : new Command();
    child.registry.name(name);
    child.parent = this;
    if (typeof command === "string") child.description(command);
    this.registry.addCommand(child.registry);
    this.selected = child;
    return this;
  }

  /**
   * Parses a command line and runs the command it names.
   *
   * @param args The command line. Default: that of the program.
   * @returns The parsed options and the command that was run.
   * @throws {ValidationError} If the command line or the environment is wrong
   *   and `throwErrors()` or `noExit()` was called; the process exits
   *   otherwise.
   */
  parse(args: string[] = Deno.args): Promise<CommandResult> {
    this.isRoot = true;
    return this.#parse(newParseContext(args));
  }

  async #parse(context: ParseContext): Promise<CommandResult> {
    try {
      this.registerDefaults();
      this.rawArgs = [...context.rest];
      const [first = ""] = context.rest;

      let leadingGlobals = false;
      if (context.rest.length > 0 && !this.getCommand(first, true)) {
        const name = first.replace(/^-+/, "").split("=", 1)[0] ?? "";
        const option = this.getOption(name, true);
        if (option?.global && !option.standalone) {
          leadingGlobals = true;
          this.#parseGlobals(context);
        }
      }
      const child = context.rest[0] === undefined
        ? undefined
        : this.getCommand(context.rest[0], true);
      if (child) {
        context.rest.shift();
        // Not awaited: the child reports its own errors.
        return child.#parse(context);
      }
      this.#parseRest(context, leadingGlobals);
      return await this.#run(context);
    } catch (error) {
      return this.throw(asError(error));
    }
  }

  /** Parses the global options in front of a sub-command. */
  #parseGlobals(context: ParseContext): void {
    const isHelp = this.setting("helpOption")?.flags.includes(
      context.rest[0] ?? "",
    );
    const variables = this.getEnvVars(true).filter(({ global }) => global);
    this.#readEnvironment(context, variables, !isHelp);
    const options = this.getOptions(true).filter(({ global }) => global);
    parseOptions(context, options, (text) => this.#parseType(text), true);
  }

  #parseRest(context: ParseContext, globalsAreParsed: boolean): void {
    const help = this.setting("helpOption");
    const isHelp = globalsAreParsed
      ? help && context.values.get(help.name) === true
      : context.rest.some((token) => help?.flags.includes(token));
    const isVersion = this.declared.versionOption?.flags.includes(
      context.rest[0] ?? "",
    );
    const variables = this.getEnvVars(true).filter(({ global }) =>
      !global || !globalsAreParsed
    );
    this.#readEnvironment(context, variables, !isHelp && !isVersion);
    const options = this.getOptions(true);
    parseOptions(context, options, (text) => this.#parseType(text), false);
  }

  #readEnvironment(
    { values }: ParseContext,
    variables: Parameters<typeof readEnvironment>[0],
    validate: boolean,
  ): void {
    const parseType = (text: ArgumentValue) => this.#parseType(text);
    readEnvironment(variables, values, parseType, validate);
  }

  #parseType(argument: ArgumentValue): unknown {
    const type = this.getType(argument.type);
    if (!type) {
      const known = this.getTypes().map(({ name }) => name);
      throw unknownType(argument.type, known);
    }
    return type.handler instanceof Type
      ? type.handler.parse(argument)
      : type.handler(argument);
  }

  /** Runs the actions of the options found and that of the command. */
  async #run(context: ParseContext): Promise<CommandResult> {
    const options = context.values.all();
    this.#parsedOptions = options;
    this.#refuseArguments(context.rest);
    this.literalArgs = context.literal;
    const result: CommandResult = {
      options,
      args: [],
      literal: context.literal,
      cmd: this,
    };
    await Promise.all(
      context.actions.map((action) => action.call(this, options)),
    );
    if (context.actions.length > 0 && context.standalone) return result;

    const { action } = this.declared;
    const isBare = context.seen.length === 0 && !action;
    if (
      isBare && this.hasCommands(true) && (this.setting("autoHelp") ?? true)
    ) {
      this.showHelp();
      this.exit();
    }
    await action?.call(this, options);
    return result;
  }

  #refuseArguments(rest: readonly string[]): void {
    const [first] = rest;
    if (first === undefined) return;
    if (!this.hasCommands(true)) throw noArgumentsAllowed(this.getPath());
    if (this.getCommand(first, true)) throw tooManyArguments(rest);
    const known = this.getCommands().map((command) => command.getName());
    throw unknownCommand(first, known);
  }

  /**
   * Reports an error: calls the error handler, then throws the error, or
   * prints the help and the error and exits.
   *
   * @throws {Error} If errors are to be thrown, or if the error is not a
   *   {@linkcode ValidationError}.
   */
  throw(error: Error): never {
    if (error instanceof ValidationError) error.cmd = this;
    const context = { options: this.#parsedOptions, args: [] };
    this.setting("errorHandler")?.(error, this, context);
    if (!(error instanceof ValidationError) || this.setting("throwErrors")) {
      throw error;
    }
    this.showHelp();
    console.error(red(`  ${bold("error")}: ${error.message}\n`));
    return Deno.exit(error.exitCode);
  }
}

/** Turns what was caught into the error that is reported. */
function asError(error: unknown): Error {
  if (error instanceof UsageError) {
    return new ValidationError(error.message, { cause: error });
  }
  return error instanceof Error
    ? error
    : new Error(`[non-error-thrown] ${error}`);
}
