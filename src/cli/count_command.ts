import { ValidationError } from "@cliffy/command";
import { getLogger } from "@logtape/logtape";
import type { Ledger } from "../ledger/ledger.ts";
import { onSignals } from "../lifecycle/signals.ts";
import { systemClock } from "../model/clock.ts";
import type { TypeTotals, UserTotal } from "../model/counts.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { REJECTION_COST } from "../model/rejection.ts";
import { grouped } from "../model/words.ts";
import { Snapshot } from "../output/snapshot.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import {
  checkListen,
  checkPlaces,
  type CountOptions,
  queuesOf,
  refuseWithInput,
  withKeyPattern,
} from "./count_options.ts";
import type { MeasuredRun } from "../metrics/run_metrics.ts";
import type { Monitoring } from "./monitoring.ts";
import { isPostgres, openLedger } from "./open_ledger.ts";
import { openSource } from "./open_source.ts";
import { logProgress } from "./progress.ts";
import type { WatchedRun } from "./progress_bar.ts";
import { isExporting } from "./telemetry.ts";
import type { StandardError } from "./stderr.ts";
import { type Summary, summaryJson } from "./summary.ts";
import { hasColors, standardOutputPage } from "./terminal.ts";
import type { ProcessContext, RunParts } from "./process_context.ts";

const log = getLogger(["eventcounter", "cli"]);

/** How many of the busiest users the summary names. */
const BUSIEST = 10;

/** Looking through more, once for each of their types, takes a while. */
const MANY_USERS = 100_000;

/** Does the main job: `count`, or the bare program. */
export async function count(
  given: CountOptions,
  context: ProcessContext,
): Promise<void> {
  const options = withKeyPattern(given);
  checkTogether(options);
  if (options.dryRun === true) {
    const { dryRun } = await import("./dry_run.ts");
    return await dryRun(options, context);
  }
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
    const parts = context.decorate?.({ source, ledger }) ?? { source, ledger };
    const { run, totals } = await runPipeline(
      options,
      parts,
      snapshot,
      context,
    );
    context.print(
      await summaryOf({
        run,
        types: totals,
        busiest: await findBusiest(run, totals, ledger),
        rate: rateOf(run, options),
        left: parts.source.left,
      }, options),
    );
    refuseRest(run);
  } finally {
    await ledger.close();
  }
}

/** The text is loaded only when it is used. */
async function summaryOf(
  summary: Summary,
  { format }: CountOptions,
): Promise<string> {
  if (format === "json") return summaryJson(summary);
  const { summaryText } = await import("./summary_text.ts");
  return await summaryText(summary, standardOutputPage());
}

/**
 * The busiest users. Among very many, it takes a run that counted something to
 * look for them: then the files have taken longer to write.
 */
async function findBusiest(
  run: RunResult,
  types: ReadonlyMap<string, TypeTotals>,
  ledger: Ledger,
): Promise<readonly UserTotal[] | undefined> {
  const users = types.values().reduce((sum, { users }) => sum + users, 0);
  if (run.unique === 0 && users > MANY_USERS) return undefined;
  try {
    return await ledger.busiest(BUSIEST);
  } catch (error) {
    // The run is over, and all of it went well.
    log.warn("cannot tell the busiest users: {error}", {
      error: messageOf(error),
    });
    return undefined;
  }
}

/** Messages per second, without the silence that ended the run. */
function rateOf(
  { received, duration, stopped }: RunResult,
  { idle }: CountOptions,
): number {
  const silence = stopped === "idle" ? idle : 0;
  return received / Math.max(1, duration - silence) * 1_000;
}

/** A run that found nothing more has drained the queue, or has failed to. */
function refuseRest({ left, stopped }: RunResult): void {
  if (left === undefined || stopped === "signal" || stopped === "limit") return;
  throw new EventCounterError(
    EXIT.inUse,
    `Cannot drain the queue: ${
      grouped(left.messages)
    } of its ready messages did not ` +
      `come; ${left.why}`,
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
  checkListen(options);
  if (untilEmpty === true) refuseWithInput("--until-empty", input);
}

/**
 * Bytes that what is rejected may take besides what the ledger has. One that
 * others share is asked each time: they fill it, or make room in it.
 */
async function rejectedRoom(
  { rejectedLimit, ledger: url, out }: CountOptions,
): Promise<number | (() => Promise<number>)> {
  if (rejectedLimit === 0) return Infinity;
  if (url === "memory:") return rejectedLimit;
  const { openLedgerReader } = await import("./open_ledger_reader.ts");
  const find = async () => {
    await using ledger = await openLedgerReader({ ledger: url, out });
    return (await ledger.rejectionTotals()).reduce(
      (room, { rejections, bytes }) =>
        room - bytes - rejections * REJECTION_COST,
      rejectedLimit,
    );
  };
  return isPostgres(url) ? find : await find();
}

async function runPipeline(
  options: CountOptions,
  { source, ledger }: RunParts,
  snapshot: Snapshot,
  context: ProcessContext,
): Promise<{ run: RunResult; totals: ReadonlyMap<string, TypeTotals> }> {
  let totals: ReadonlyMap<string, TypeTotals> = new Map();
  const stop = new AbortController();
  const pipeline = new Pipeline({
    source,
    ledger,
    types: options.types,
    id: options.id,
    key: options.routingKey,
    // An input ends where it ends, however long it pauses.
    idle: options.input === undefined ? options.idle : 0,
    untilEmpty: options.untilEmpty ?? false,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    deliveryLimit: options.deliveryLimit,
    rejectedRoom: await rejectedRoom(options),
    checkpointSize: options.checkpointSize,
    checkpointInterval: options.checkpointInterval,
    snapshotInterval: options.snapshotInterval,
    signal: stop.signal,
    snapshot: async () => {
      const written = await snapshot.write(ledger);
      totals = written.types;
      await monitoring?.snapshotTaken(totals);
      return written.files;
    },
  });
  const monitoring = await startMonitoring(options, {
    pipeline,
    source,
    ledger,
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
  const endProgress = await startProgress(options, context.stderr, {
    pipeline,
    source,
  });
  let isGood = false;
  try {
    const run = await pipeline.run();
    isGood = run.left === undefined;
    return { run, totals };
  } catch (error) {
    tellFailed(pipeline.totals);
    throw error;
  } finally {
    endProgress();
    await monitoring?.end(isGood);
    endSignals();
  }
}

/** A run that fails has no summary. */
function tellFailed({ received, ...totals }: Pipeline["totals"]): void {
  if (received === 0) return;
  log.info(
    "{received} received until then: {unique} counted, {duplicates} duplicates, {rejected} rejected",
    { received, ...totals },
  );
}

/** Loaded only when it is used. */
async function startMonitoring(
  options: CountOptions,
  run: MeasuredRun,
): Promise<Monitoring | undefined> {
  const { metricsFile, listen, otlpEndpoint, types } = options;
  const isAsked = [metricsFile, listen, otlpEndpoint].some((place) =>
    place !== undefined
  );
  if (!isAsked && !isExporting()) return undefined;
  const { Monitoring } = await import("./monitoring.ts");
  return await Monitoring.start(options, run, types === "any" ? [] : types);
}

/** @returns A function that ends it. */
async function startProgress(
  options: CountOptions,
  stderr: StandardError,
  run: WatchedRun,
): Promise<() => void> {
  const hasLine = stderr.canShowProgress && options.progress &&
    options.logFormat === "text";
  if (!hasLine) return logProgress(systemClock, () => run.pipeline.totals);
  const { input } = options;
  const queues = queuesOf(options);
  // Loaded only when it is used.
  const { showProgress } = await import("./progress_bar.ts");
  return await showProgress(stderr, systemClock, run, {
    name: input === "-" ? "standard input" : input ?? queues.join(", "),
    colors: hasColors(Deno.stderr),
  });
}
