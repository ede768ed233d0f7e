/**
 * What a command prints: help and version.
 *
 * @module
 */
import { bold, brightBlue } from "./ansi.ts";
import { CommandBuilder } from "./command_builder.ts";
import { generateHelp } from "./help_generator.ts";
import type { HelpOptions } from "./types.ts";
import {
  BooleanType,
  FileType,
  IntegerType,
  NumberType,
  SecretType,
  StringType,
  type Type,
} from "./value_types.ts";

/** A command that can print its help and its version. */
export abstract class CommandOutput extends CommandBuilder {
  /** Makes the help text. */
  getHelp(options?: HelpOptions): string {
    this.registerDefaults();
    return generateHelp(this.registry.owner, {
      ...this.setting("help"),
      ...options,
    });
  }

  /** Prints the help text to standard output. */
  showHelp(options?: HelpOptions): void {
    console.log(this.getHelp(options));
  }

  /** Prints the version to standard output. */
  showVersion(): void {
    console.log(this.getVersion());
  }

  /** Name and version, and the meta data on lines of their own. */
  getLongVersion(): string {
    const pairs = [
      [this.getMainCommand().getName(), this.getVersion() ?? ""],
      ...Object.entries(this.getMeta()),
    ];
    return pairs.map(([name = "", value = ""]) =>
      `${bold(name)} ${brightBlue(value)}`
    ).join("\n");
  }

  /** Prints the long version to standard output. */
  showLongVersion(): void {
    console.log(this.getLongVersion());
  }

  /**
   * Adds the built-in types and the options for help and version to the
   * topmost command, from which the others inherit.
   */
  protected registerDefaults(): void {
    this.reset();
    if (this.parent) {
      if (this.isRoot) this.getMainCommand().registerDefaults();
      return;
    }
    if (this.declared.helpOption) return;
    for (const [name, type] of Object.entries(builtInTypes())) {
      if (!this.declared.types.has(name)) this.globalType(name, type);
    }
    this.#addVersionOption();
    this.#addHelpOption();
  }

  #addVersionOption(): void {
    if (this.declared.version === undefined) return;
    const description = "Show the version number for this program.";
    this.option("-V, --version", description, {
      standalone: true,
      prepend: true,
      action() {
        if (this.getRawArgs().includes("--version")) this.showLongVersion();
        else this.showVersion();
        this.exit();
      },
    });
    const [added] = this.declared.options;
    if (added) this.declared.versionOption = added;
  }

  #addHelpOption(): void {
    this.option("-h, --help", "Show this help.", {
      standalone: true,
      global: true,
      prepend: true,
      action() {
        this.showHelp({ long: this.getRawArgs().includes("--help") });
        this.exit();
      },
    });
    const [added] = this.declared.options;
    if (added) this.declared.helpOption = added;
  }

  /** Exits after help or version, unless `noExit()` was called. */
  protected exit(): void {
    if (this.setting("exit") ?? true) Deno.exit(0);
  }
}

function builtInTypes(): Record<string, Type<unknown>> {
  return {
    string: new StringType(),
    number: new NumberType(),
    integer: new IntegerType(),
    boolean: new BooleanType(),
    file: new FileType(),
    secret: new SecretType(),
  };
}
