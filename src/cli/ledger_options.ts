import type { OptionGroup } from "./option_spec.ts";

/** Which ledger is meant, for commands that only read it. */
export const LEDGER_TO_READ: OptionGroup = ledgerOptions(
  "Ledger to read, also while a run goes on: sqlite:PATH, a path alone, or postgres://…",
);

/** The same for commands that change it, and its files. */
export const LEDGER_TO_CHANGE: OptionGroup = ledgerOptions(
  "Ledger with the rejections: sqlite:PATH, a path alone, or postgres://…; one in SQLite must not be in use",
);

function ledgerOptions(description: string): OptionGroup {
  return ["Ledger", [
    {
      flags: "--ledger <url:string>",
      variable: "EVENTCOUNTER_LEDGER",
      defaultText: "sqlite:<out>/eventcounter.db",
      description,
    },
    {
      flags: "--out <dir:string>",
      variable: "EVENTCOUNTER_OUT",
      default: ".",
      description:
        "Output folder, which has the ledger unless --ledger names it",
    },
  ]];
}
