import { ValidationError } from "@cliffy/command";
import { getLogger } from "@logtape/logtape";
import { onSignals } from "../lifecycle/signals.ts";
import { systemClock } from "../model/clock.ts";
import type { TypeTotals } from "../model/counts.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { Snapshot } from "../output/snapshot.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import type { CountOptions } from "./count_options.ts";
import { configureLog } from "./log.ts";
import { openLedger } from "./open_ledger.ts";
import { openSource, queuesOf } from "./open_source.ts";
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
  const { prefetch, checkpointSize, binding, declare, input } = options;
  if (prefetch < checkpointSize) {
    throw new ValidationError(
      `Option "--prefetch" must be at least --checkpoint-size (${checkpointSize}), ` +
        `but got "${prefetch}".`,
    );
  }
  checkQueues(options);
  // Cliffy's own `conflicts` would also match a value that is such a word.
  for (
    const [option, given] of [
      ["--declare", declare],
      ["--until-empty", options.untilEmpty],
      ["--from", options.from !== undefined],
    ] as const
  ) {
    if (input === undefined || given !== true) continue;
    throw new ValidationError(
      `Option "${option}" is about a queue and cannot come with --input, but got "--input ${input}" too.`,
    );
  }
  for (
    const [option, given] of [
      ["--binding", binding],
      ["--queue-type", options.queueType],
    ] as const
  ) {
    if (given === undefined || declare === true) continue;
    throw new ValidationError(
      `Option "${option}" is for --declare and must come with it, but got "${given}" alone.`,
    );
  }
}

function checkQueues(options: CountOptions): void {
  const queues = queuesOf(options);
  const twice = queues.find((queue, at) => queues.indexOf(queue) < at);
  if (twice !== undefined) {
    throw new ValidationError(
      `Option "--queue" must name a queue only once, but got "${twice}" twice.`,
    );
  }
  if (queues.length === 1 || options.declare !== true) return;
  throw new ValidationError(
    `Option "--declare" makes one queue and cannot come with several, but got "${
      queues.join('", "')
    }"; make them with publish --partitions.`,
  );
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
