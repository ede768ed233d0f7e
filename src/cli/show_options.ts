import { LEDGER_TO_READ } from "./ledger_options.ts";
import type { OptionGroup } from "./option_spec.ts";
import { LOG_OPTIONS } from "./options.ts";

/** The options of `show`. */
export const SHOW_OPTIONS: readonly OptionGroup[] = [
  LEDGER_TO_READ,
  ["What is shown", [
    {
      flags: "--by <what:grouping>",
      description:
        "Counts added up by user or by type; with --rejected: how many there are by reason",
    },
    {
      flags: "--type <type:string>",
      description: "Counts of this event type alone",
    },
    {
      flags: "--top <n:count>",
      description:
        "The largest counts alone, 1 to 1000000000, the largest first",
    },
    {
      flags: "--runs",
      description: "Every run in place of counts, the first one first",
    },
    {
      flags: "--rejected",
      description:
        "What could not be counted in place of counts; with --format ndjson as --input reads it",
    },
  ]],
  ["Output", [
    {
      flags: "--format <format:listing-format>",
      default: "table",
      description:
        "On standard output as a table, as csv (RFC 4180), as one json array, or as ndjson, an object a line",
    },
    ...LOG_OPTIONS,
  ]],
];
