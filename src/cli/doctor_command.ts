import type { CheckResult } from "../inspect/examination.ts";
import {
  checkLine,
  checksJson,
  refuseFailed,
  stepLine,
} from "./check_report.ts";
import { checkPlaces, type PlaceOptions } from "./count_options.ts";
import { examine, type Examined } from "./examine.ts";
import type { ProcessContext } from "./process_context.ts";

/** What is told besides the checks if none of them fails. */
export interface Plan {
  /** For people, one after another. */
  readonly steps: readonly (readonly [verb: string, what: string])[];
  /** For programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Does what `doctor` is for: checks whether a run could do its work.
 *
 * @param makePlan Says what such a run would do. Default: nothing is said.
 */
export async function doctor(
  options: PlaceOptions,
  { args, print }: ProcessContext,
  makePlan?: (examined: Examined) => Promise<Plan>,
): Promise<void> {
  checkPlaces(options);
  const { format } = options;
  const tell = (result: CheckResult) => {
    if (format === "text") print(checkLine(result));
  };
  await examine(options, args, tell, async (examined) => {
    const { examination } = examined;
    const plan = examination.firstFailure === undefined
      ? await makePlan?.(examined)
      : undefined;
    if (format === "json") {
      print(checksJson(examination, plan && { plan: plan.facts }));
    } else if (plan !== undefined) {
      print(["", "A run would", ...plan.steps.map(stepLine)].join("\n"));
    }
    refuseFailed(
      examination,
      "what to do stands in its line" +
        // A run does not hold its ledger against itself.
        (options.verify === true ? "" : ", and a run would end with this code"),
    );
  });
}
