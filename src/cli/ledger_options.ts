import type { OptionGroup } from "./option_spec.ts";

/** Which ledger is meant, for commands that only read it. */
export const LEDGER_TO_READ: OptionGroup = ["Ledger", [
  {
    flags: "--ledger <url:string>",
    variable: "EVENTCOUNTER_LEDGER",
    defaultText: "sqlite:<out>/eventcounter.db",
    description:
      "Ledger to read, also while a run goes on: sqlite:PATH, a path alone, or postgres://…",
  },
  {
    flags: "--out <dir:string>",
    variable: "EVENTCOUNTER_OUT",
    default: ".",
    description: "Output folder, which has the ledger unless --ledger names it",
  },
]];
