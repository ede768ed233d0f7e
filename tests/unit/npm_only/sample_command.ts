/**
 * A command that uses all kinds of declarations, for the tests of the stand-in.
 *
 * @module
 */
import {
  type ArgumentValue,
  Command,
  EnumType,
  Type,
  ValidationError,
} from "@cliffy/command";

/** A custom type as a class: even numbers. */
class EvenType extends Type<number> {
  parse({ label, name, value, type }: ArgumentValue): number {
    const number = Number(value);
    if (number % 2 === 0) return number;
    throw new ValidationError(
      `${label} "${name}" has to be ${type}, not "${value}".`,
    );
  }
}

/** A custom type as a function: whole seconds, such as `5s`. */
function duration({ label, name, value, type }: ArgumentValue): number {
  const seconds = /^(\d+)s$/.exec(value)?.[1];
  if (seconds !== undefined) return Number(seconds);
  throw new Error(`${label} ${name}: ${type} ${value}`);
}

/** The values of options nobody has given. */
export const DEFAULTS = {
  input: "-",
  idle: 10,
  level: "low",
  color: true,
  doubled: 14,
};

/** The variables the command reads. */
export const VARIABLES = [
  "SAMPLE_LEVEL",
  "SAMPLE_COUNT",
  "SAMPLE_MAX_SIZE",
  "SAMPLE_TAGS",
  "SAMPLE_QUIET",
  "SAMPLE_COLOR",
  "OTHER_NAME",
  "OTHER_NAME_2",
];

/**
 * Makes the command; it neither exits nor prints errors.
 *
 * @returns A new command each time, because parsing changes it.
 */
// deno-lint-ignore no-explicit-any -- the type the options add up to is long
export function sampleCommand(): Command<any> {
  return new Command()
    .name("sample")
    .version("1.2.3")
    .description("Shows all kinds of declarations.")
    .type("duration", duration)
    .type("level", new EnumType(["low", "high"]))
    .type("even", new EvenType())
    .option("-i, --input <path:file>", "What to read.", { default: "-" })
    .option("-c, --count <n:integer>", "How many.")
    .option("-r, --ratio [n:number]", "A part.")
    .option("-o, --out [path:string]", "Where to write.")
    .option("--idle <n:integer>", "How long.", { default: () => 10 })
    .option("--wait <time:duration>", "How long to wait.")
    .option("--level <level:level>", "How much.", { default: "low" })
    .option("--even <n:even>", "An even number.")
    .option("--doubled <n:integer>", "Is doubled.", {
      default: 7,
      value: (n: number) => n * 2,
    })
    .group("More options")
    .option("--tags <tags:string[]>", "Several texts.")
    .option("--sizes <sizes:integer[]>", "Several numbers.")
    .option("-k, --key <key:string>", "Can be repeated.", { collect: true })
    .option("-v, --verbose", "Says more.", {
      collect: true,
      value: (_given: unknown, previous: number = 0) => previous + 1,
    })
    .option("-q, --quiet", "Says less.", { conflicts: ["verbose"] })
    .option("--max-size <n:number>", "A limit.", { depends: ["count"] })
    .option("--strict [on:boolean]", "Is strict.")
    .option("--no-color", "Has no colour.")
    .option("--check", "Checks.")
    .option("--no-check", "Does not check.")
    .option("--inner", "Is not shown.", { hidden: true })
    .env("SAMPLE_LEVEL=<level:level>", "How much.", { prefix: "SAMPLE_" })
    .env("SAMPLE_COUNT=<n:integer>", "How many.", {
      prefix: "SAMPLE_",
      value: (n: number) => n + 1,
    })
    .env("SAMPLE_MAX_SIZE=<n:number>", "A limit.", { prefix: "SAMPLE_" })
    .env("SAMPLE_TAGS=<tags:string[]>", "Texts.", { prefix: "SAMPLE_" })
    .env("SAMPLE_QUIET", "Says less.", { prefix: "SAMPLE_" })
    .env("SAMPLE_COLOR=<on:boolean>", "Colour.", { prefix: "SAMPLE_" })
    .env("OTHER_NAME, OTHER_NAME_2=<x:string>", "Other.", { hidden: true })
    .noExit();
}
