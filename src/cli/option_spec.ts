import { REJECTION_REASONS } from "../model/rejection.ts";

/** One option with all that there is to say about it. */
export interface OptionSpec {
  /** Its flags as Cliffy reads them, for example `--idle <duration:idle>`. */
  readonly flags: string;
  /** What it does, with unit and limits; a sentence without its full stop. */
  readonly description: string;
  /** The value if neither flag nor variable is given. */
  readonly default?: unknown;
  /** How help shows the default, where that is not the value itself. */
  readonly defaultText?: string;
  /** The environment variable that sets it. */
  readonly variable?: string;
  /** Whether it can be given several times. Default: no. */
  readonly repeatable?: boolean;
}

/** Options under a heading of the help. */
export type OptionGroup = readonly [
  heading: string,
  options: readonly OptionSpec[],
];

/** The words that can stand behind an option, by the type in its flags. */
export const OPTION_WORDS: Readonly<Record<string, readonly string[]>> = {
  format: ["text", "json"],
  goal: ["amqp", "-"],
  grouping: ["user", "type", "reason"],
  "listing-format": ["table", "csv", "json", "ndjson"],
  "log-level": ["debug", "info", "warn", "error", "off"],
  reason: REJECTION_REASONS,
  "queue-type": ["classic", "quorum", "stream"],
};

/** What stands behind an option's flag. */
export interface OptionValue {
  /** How help calls it: `duration`. */
  readonly name: string;
  /** The words it can be, where it can be nothing else. */
  readonly words?: readonly string[];
}

/** The flags of an option alone: `-h` and `--help`. */
export function flagsOf({ flags }: OptionSpec): string[] {
  return flags.replace(/ <.*/, "").split(", ");
}

/** What stands behind the flag of an option, or nothing for a switch. */
export function valueOf({ flags }: OptionSpec): OptionValue | undefined {
  const [, name, type] = /<(.+):(.+)>/.exec(flags) ?? [];
  if (name === undefined || type === undefined) return undefined;
  const words = OPTION_WORDS[type];
  return words === undefined ? { name } : { name, words };
}
