import { ValidationError } from "@cliffy/command";
import type { RejectionSelection } from "../ledger/ledger.ts";
import { systemClock } from "../model/clock.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { Snapshot } from "../output/snapshot.ts";
import type { Format } from "./log.ts";
import type { LedgerPlace } from "./open_ledger_reader.ts";
import { openLedgerToChange } from "./open_ledger_to_change.ts";
import type { ProcessContext } from "./process_context.ts";
import { quantity } from "../model/words.ts";

/** The options of `rejected forget` as Cliffy hands them over. */
export interface ForgetOptions extends LedgerPlace {
  reason?: RejectionReason;
  before?: Date;
  /** In ms. */
  olderThan?: number;
  all?: boolean;
  format: Format;
}

/** Does what `rejected forget` is for: removes what somebody has dealt with. */
export async function forget(
  options: ForgetOptions,
  { print }: ProcessContext,
): Promise<void> {
  const which = selectionOf(options);
  const { out, format } = options;
  const ledger = await openLedgerToChange(options);
  try {
    const snapshot = new Snapshot(out, []);
    await snapshot.prepare();
    // What a crash left behind is known only as long as nothing is removed.
    await snapshot.write(ledger);
    const forgotten = await ledger.forgetRejections?.(which) ?? 0;
    const { files } = await snapshot.write(ledger);
    print(
      format === "json"
        ? JSON.stringify({ forgotten, files })
        : `${quantity(forgotten, "rejection")} forgotten`,
    );
  } finally {
    await ledger.close();
  }
}

/** What only several options together can get wrong. */
function selectionOf(
  { reason, before, olderThan, all }: ForgetOptions,
): RejectionSelection {
  if (before !== undefined && olderThan !== undefined) {
    throw new ValidationError(
      'Option "--older-than" does not go with --before, but got both.',
    );
  }
  const isSome = [reason, before, olderThan].some((given) =>
    given !== undefined
  );
  if (isSome && all === true) {
    throw new ValidationError(
      'Option "--all" does not go with --reason, --before or --older-than, but got both.',
    );
  }
  if (!isSome && all !== true) {
    throw new ValidationError(
      'Option "--reason", "--before" or "--older-than" must say which rejections are meant, or "--all" that all are, but none is given.',
    );
  }
  return {
    reason,
    before: olderThan === undefined
      ? before?.getTime()
      : systemClock.now() - olderThan,
  };
}
