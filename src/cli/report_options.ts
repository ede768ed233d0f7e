import { LEDGER_TO_READ } from "./ledger_options.ts";
import type { OptionGroup } from "./option_spec.ts";
import { LOG_OPTIONS } from "./options.ts";

/** The options of `report`. */
export const REPORT_OPTIONS: readonly OptionGroup[] = [
  LEDGER_TO_READ,
  ["Output", [
    {
      flags: "--to <file:string>",
      defaultText: "<out>/report.html",
      description:
        "The page to write, replacing an earlier one; - is standard output",
    },
    ...LOG_OPTIONS,
  ]],
];
