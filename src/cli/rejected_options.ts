import { LEDGER_TO_CHANGE } from "./ledger_options.ts";
import type { OptionGroup } from "./option_spec.ts";
import {
  FOREIGN_MESSAGES,
  LOG_OPTIONS,
  SUMMARY_FORMAT,
  TYPES,
} from "./options.ts";

const OUTPUT: OptionGroup = ["Output", [SUMMARY_FORMAT, ...LOG_OPTIONS]];

/** The options of `rejected replay`. */
export const REPLAY_OPTIONS: readonly OptionGroup[] = [
  LEDGER_TO_CHANGE,
  ["Messages", [TYPES, ...FOREIGN_MESSAGES[1]]],
  OUTPUT,
];

/** The options of `rejected forget`. */
export const FORGET_OPTIONS: readonly OptionGroup[] = [
  LEDGER_TO_CHANGE,
  ["Which ones", [
    {
      flags: "--reason <reason:reason>",
      description: "Those of one reason, as show --rejected --by reason lists",
    },
    {
      flags: "--before <time:time>",
      description:
        "Those recorded before a time like 2026-11-24T10:00:00Z; a date alone is UTC",
    },
    {
      flags: "--older-than <duration:age>",
      description: "Those recorded longer ago than this",
    },
    { flags: "--all", description: "All of them" },
  ]],
  OUTPUT,
];
