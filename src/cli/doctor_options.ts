import { flagsOf, type OptionGroup } from "./option_spec.ts";
import { COUNT_OPTIONS } from "./options.ts";

/** Those options of `count` that say where things are. */
const PLACES: ReadonlySet<string> = new Set([
  "--amqp-url",
  "--amqp-url-file",
  "--ca",
  "--cert",
  "--key",
  "--exchange",
  "--queue",
  "--declare",
  "--binding",
  "--queue-type",
  "--from",
  "--connect-timeout",
  "--input",
  "--out",
  "--ledger",
  "--format",
  "--log-level",
  "--log-format",
]);

/** The options of `doctor`: what stands behind them is what a run would get. */
export const DOCTOR_OPTIONS: readonly OptionGroup[] = COUNT_OPTIONS
  .map(([heading, specs]): OptionGroup => [
    heading,
    specs.filter((spec) => flagsOf(spec).some((flag) => PLACES.has(flag))),
  ])
  .filter(([_, specs]) => specs.length > 0)
  .concat([["Checks", [{
    flags: "--verify",
    description:
      "Also hold the ledger against itself and the files, as verify does",
  }]]]);
