import { Examination } from "../inspect/examination.ts";
import { verifyLedger } from "../inspect/verification.ts";
import { systemClock } from "../model/clock.ts";
import { EXIT } from "../model/errors.ts";
import { checkLine, checksJson, refuseFailed } from "./check_report.ts";
import { failureOf } from "./failure.ts";
import type { Format } from "./log.ts";
import { type LedgerPlace, openLedgerReader } from "./open_ledger_reader.ts";
import type { ProcessContext } from "./process_context.ts";

/** The options of `verify` as Cliffy hands them over. */
export interface VerifyOptions extends LedgerPlace {
  expect?: string;
  format: Format;
}

/** Does what `verify` is for: holds a ledger against itself and its files. */
export async function verify(
  { out, ledger, expect, format }: VerifyOptions,
  { print }: ProcessContext,
): Promise<void> {
  const examination = new Examination({
    tell: (result) => {
      if (format === "text") print(checkLine(result));
    },
    judge: failureOf,
  });
  const at = systemClock.now();
  await using reader = await openLedgerReader({ ledger, out });
  const isInUse = await reader.isInUse();
  await verifyLedger(examination, reader, {
    ...{ folder: out, isInUse, at, expect },
  });
  if (format === "json") {
    print(checksJson(examination, { ledger: reader.name }));
  }
  const isFault = examination.firstFailure?.exitCode === EXIT.badInput;
  refuseFailed(
    examination,
    isFault
      ? `ledger "${reader.name}" is not what it should be`
      : "what to do stands in its line",
  );
}
