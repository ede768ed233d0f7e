import type { OptionGroup } from "./option_spec.ts";
import { LOG_OPTIONS, SUMMARY_FORMAT } from "./options.ts";

/** The options of `merge`. */
export const MERGE_OPTIONS: readonly OptionGroup[] = [
  ["Output", [
    {
      flags: "--out <dir:string>",
      description:
        "Folder for the JSON files, made if missing; it must be given",
    },
    SUMMARY_FORMAT,
    ...LOG_OPTIONS,
  ]],
];
