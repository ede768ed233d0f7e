import { LEDGER_TO_READ } from "./ledger_options.ts";
import type { OptionGroup } from "./option_spec.ts";
import { LOG_OPTIONS, SUMMARY_FORMAT } from "./options.ts";

/** The options of `verify`. */
export const VERIFY_OPTIONS: readonly OptionGroup[] = [
  LEDGER_TO_READ,
  ["What it is held against", [
    {
      flags: "--expect <dir:string>",
      description:
        "Folder that publish --expect has written: names what is missing or too much",
    },
  ]],
  ["Output", [SUMMARY_FORMAT, ...LOG_OPTIONS]],
];
