import { ValidationError } from "@cliffy/command";
import { getLogger } from "@logtape/logtape";
import { onSignals } from "../lifecycle/signals.ts";
import { systemClock } from "../model/clock.ts";
import type { TypeTotals } from "../model/counts.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { Snapshot } from "../output/snapshot.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import {
  checkPlaces,
  type CountOptions,
  refuseWithInput,
} from "./count_options.ts";
import { configureLog } from "./log.ts";
import { openLedger } from "./open_ledger.ts";
import { openSource } from "./open_source.ts";
import { logProgress, showProgress } from "./progress.ts";
import { StandardError } from "./stderr.ts";
import { summaryJson, summaryText } from "./summary.ts";
import type { ProcessContext, RunParts } from "./process_context.ts";

const log = getLogger(["eventcounter", "cli"]);

/** Does the main job: `count`, or the bare program. */
export async function count(
  options: CountOptions,
  context: ProcessContext,
): Promise<void> {
  checkTogether(options);
  if (options.dryRun === true) {
    const { dryRun } = await import("./dry_run.ts");
    return await dryRun(options, context);
  }
  const stderr = new StandardError();
  await configureLog(options.logLevel, options.logFormat, stderr);

  const types = options.types === "any" ? [] : options.types;
  const snapshot = new Snapshot(options.out, types);
  const source = await openSource(options, context.args);
  // All that can refuse does so before anything is consumed.
  await snapshot.prepare();
  const { dedupeWindow, connectTimeout, reconnectTimeout } = options;
  const ledger = await openLedger(options.ledger, options.out, {
    forgetBefore: dedupeWindow === undefined
      ? undefined
      : systemClock.now() - dedupeWindow,
    connectTimeout,
    reconnectTimeout,
  });
  try {
    const { run, totals } = await runPipeline(
      options,
      context.decorate?.({ source, ledger }) ?? { source, ledger },
      { snapshot, stderr },
      context,
    );
    context.print(
      options.format === "json"
        ? summaryJson(run, totals)
        : summaryText(run, totals),
    );
    refuseRest(run);
  } finally {
    await ledger.close();
  }
}

/** A run that found nothing more has drained the queue, or has failed to. */
function refuseRest({ left, stopped }: RunResult): void {
  if (left === undefined || stopped === "signal" || stopped === "limit") return;
  throw new EventCounterError(
    EXIT.inUse,
    `Cannot drain the queue: ${left.messages} message(s) were ready and did ` +
      `not come; ${left.why}`,
  );
}

/** What only several options together can get wrong. */
function checkTogether(options: CountOptions): void {
  const { prefetch, checkpointSize, input, untilEmpty } = options;
  if (prefetch < checkpointSize) {
    throw new ValidationError(
      `Option "--prefetch" must be at least --checkpoint-size (${checkpointSize}), ` +
        `but got "${prefetch}".`,
    );
  }
  checkPlaces(options);
  if (untilEmpty === true) refuseWithInput("--until-empty", input);
}

interface Outlets {
  readonly snapshot: Snapshot;
  readonly stderr: StandardError;
}

async function runPipeline(
  options: CountOptions,
  { source, ledger }: RunParts,
  { snapshot, stderr }: Outlets,
  context: ProcessContext,
): Promise<{ run: RunResult; totals: ReadonlyMap<string, TypeTotals> }> {
  let totals: ReadonlyMap<string, TypeTotals> = new Map();
  const stop = new AbortController();
  const pipeline = new Pipeline({
    source,
    ledger,
    types: options.types,
    // An input ends where it ends, however long it pauses.
    idle: options.input === undefined ? options.idle : 0,
    untilEmpty: options.untilEmpty ?? false,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    deliveryLimit: options.deliveryLimit,
    checkpointSize: options.checkpointSize,
    checkpointInterval: options.checkpointInterval,
    snapshotInterval: options.snapshotInterval,
    signal: stop.signal,
    snapshot: async () => {
      const written = await snapshot.write(ledger);
      totals = written.types;
      return written.files;
    },
  });
  const endSignals = onSignals({
    stop: (signal) => {
      stop.abort();
      log.info(
        "{signal}: counting what was taken, then ending; once more ends at once",
        { signal },
      );
    },
    end: context.exit,
  });
  const hasLine = stderr.isTerminal && options.progress &&
    options.logFormat === "text";
  const endProgress = hasLine
    ? showProgress(stderr, systemClock, () => pipeline.totals)
    : logProgress(systemClock, () => pipeline.totals);
  try {
    return { run: await pipeline.run(), totals };
  } finally {
    endProgress();
    endSignals();
  }
}
