import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { fingerprintOf } from "../model/fingerprint.ts";
import { sameFiles } from "./file_checks.ts";
import type { Examination, Finding } from "./examination.ts";
import { expectedCounts, expectedIds } from "./expectation_checks.ts";
import { Faults, refuseFaults, RESTORE } from "./faults.ts";
import { findRepeatedIds } from "./repeated_ids.ts";
import { grouped, quantity } from "../model/words.ts";

/** What a ledger is held against besides itself. */
export interface VerificationOptions {
  /** The folder with its files. */
  readonly folder: string;
  /** Whether a worker goes on with it, and so with the files. */
  readonly isInUse: boolean;
  /** When the ledger was opened, in milliseconds since 1970 (UTC). */
  readonly at: number;
  /**
   * Whether a run is to follow: it sets files aside that are not the ledger's,
   * and writes its own, so that these are no fault. Default: no.
   */
  readonly beforeRun?: boolean;
  /** The folder that `publish --expect` has written. */
  readonly expect?: string | undefined;
  /** For ids that are compared at a time, in bytes. Default: 512 MiB. */
  readonly memory?: number;
}

/**
 * Holds a ledger against itself, its files, and what is expected of it. Only
 * reads; whatever the ledger's size, memory is bounded.
 */
export async function verifyLedger(
  examination: Examination,
  ledger: LedgerReader,
  options: VerificationOptions,
): Promise<void> {
  const { folder, isInUse, at, beforeRun, expect, memory } = options;
  await examination.check("ids", [], () => eachOnce(ledger, memory));
  // How many events the checkpoints have counted, if they tell, right or not.
  let witness: number | undefined;
  await examination.check(
    "checkpoints",
    [],
    () => wholeCheckpoints(ledger, (events) => witness = events),
  );
  const isSound = await examination.check(
    "counts",
    [],
    () => equalCounts(ledger, witness),
  ) ?? false;
  await examination.check("rejections", [], () => wholeRejections(ledger));
  await examination.check("files", [], () => {
    const finding = sameFiles(ledger, folder, { isInUse, isSound, at });
    return beforeRun === true ? finding.catch(warningOf) : finding;
  });
  if (expect === undefined) return;
  await examination.check(
    "expectation",
    [],
    () => expectedCounts(ledger, expect),
  );
  await examination.check(
    "expected ids",
    [],
    () => expectedIds(ledger, expect, memory),
  );
}

/** A fault that a run could live with. */
function warningOf(error: unknown): Finding {
  const isFault = error instanceof EventCounterError &&
    error.exitCode === EXIT.badInput;
  if (!isFault) throw error;
  return { found: error.message, warn: true };
}

async function eachOnce(
  ledger: LedgerReader,
  memory: number | undefined,
): Promise<Finding> {
  const repeated = await findRepeatedIds([ledger], memory);
  if (repeated !== undefined) {
    const { size, example, places } = repeated;
    const where = places.map(({ place }) => place).join(" and ");
    const fault = `id "${example}" is in ${where}`;
    refuseFaults([fault], size, RESTORE);
  }
  const { uuids, texts } = await ledger.idTotals();
  const ids = uuids + texts;
  return { found: `${quantity(ids, "id")}, each once`, facts: { ids } };
}

/** @param tell Called with how many events they have counted, if they tell. */
async function wholeCheckpoints(
  ledger: LedgerReader,
  tell: (events: number) => void,
): Promise<Finding> {
  const forgotten = await ledger.forgotten();
  const faults = new Faults();
  const eventsOfRuns = new Map<string, number>();
  let checkpoints = 0, sum = 0, last: number | undefined;
  let isKnown = true;
  for await (const page of ledger.checkpoints()) {
    for (const { row, run, ids, events, counted } of page) {
      const gap = row - (last ?? row - 1) - 1;
      // Clocks may go back, so what was forgotten may leave gaps anywhere.
      if (gap > 0 && forgotten === 0) {
        faults.add(
          `${quantity(gap, "checkpoint")} before checkpoint ${row} missing`,
        );
      }
      last = row;
      if (events !== undefined && ids !== events) {
        faults.add(
          `checkpoint ${row} (run ${run}) counted ${
            quantity(events, "event")
          } and has ${quantity(ids, "id")}`,
        );
      }
      if (counted !== undefined && counted !== (events ?? ids)) {
        faults.add(
          `checkpoint ${row} (run ${run}) has ${
            quantity(ids, "id")
          }, and its ` +
            `counts, which wait in the log, add up to ${counted}`,
        );
      }
      checkpoints++;
      sum += events ?? ids;
      isKnown &&= events !== undefined;
      eventsOfRuns.set(run, (eventsOfRuns.get(run) ?? 0) + (events ?? ids));
    }
  }
  if (checkpoints > 0 && isKnown) tell(sum);
  if (checkpoints > 0 && forgotten === 0) {
    await compareRuns(ledger, eventsOfRuns, faults);
  }
  faults.tell(`${RESTORE}, or have ids named with --expect`);
  return {
    found: checkpoints === 0
      ? "none is kept"
      : `${quantity(checkpoints, "checkpoint")}, with as many ids as events`,
    facts: { checkpoints },
  };
}

async function compareRuns(
  ledger: LedgerReader,
  events: ReadonlyMap<string, number>,
  faults: Faults,
): Promise<void> {
  for await (const page of ledger.runs()) {
    for (const { id, unique } of page) {
      const counted = events.get(id) ?? 0;
      if (unique === undefined || unique === counted) continue;
      faults.add(
        `run ${id} counted ${quantity(unique, "event")}, its checkpoints ` +
          `${quantity(counted, "event")}`,
      );
    }
  }
}

/** @param witness How many events checkpoints have counted, if they tell. */
async function equalCounts(
  ledger: LedgerReader,
  witness: number | undefined,
): Promise<Finding<boolean>> {
  const types: Record<string, number> = {};
  let counts = 0;
  for (const type of await ledger.types()) {
    counts += types[type] = (await ledger.totals(type)).events;
  }
  const { uuids, texts } = await ledger.idTotals();
  const forgotten = await ledger.forgotten();
  const events = (witness ?? uuids + texts) + forgotten;
  const whose = witness === undefined ? "ids there are" : "checkpoints counted";
  if (counts !== events) {
    const listed = Object.entries(types)
      .map(([type, events]) => `${type} ${grouped(events)}`).join(", ");
    refuseFaults(
      [
        `the counts add up to ${grouped(counts)} (${listed}), but the ` +
        `${whose} ${grouped(events)}`,
      ],
      1,
      `${RESTORE}; "files" and --expect name what differs`,
    );
  }
  return {
    found: `they add up to ${quantity(counts, "event")}, as many as ${whose}` +
      (forgotten === 0
        ? ""
        : `, ${grouped(forgotten)} of them forgotten since`),
    facts: { events: counts, forgotten },
    value: true,
  };
}

async function wholeRejections(ledger: LedgerReader): Promise<Finding> {
  const faults = new Faults();
  let rejections = 0;
  for await (const page of ledger.rejections()) {
    for (const { row, routingKey, body, properties, fingerprint } of page) {
      rejections++;
      const right = fingerprintOf(routingKey, body, properties);
      if (right.every((byte, i) => byte === fingerprint[i])) continue;
      faults.add(`rejection ${row} has another content than its fingerprint`);
    }
  }
  const recorded = await recordedRejections(ledger);
  if (recorded !== undefined && rejections > recorded) {
    faults.add(
      `there are ${quantity(rejections, "rejection")}, and all runs together ` +
        `have recorded ${grouped(recorded)}`,
    );
  }
  faults.tell(RESTORE);
  return {
    found: `${quantity(rejections, "rejection")}, as recorded`,
    facts: { rejections },
  };
}

/** How many all runs have recorded; nothing if one had no chance to tell. */
async function recordedRejections(
  ledger: LedgerReader,
): Promise<number | undefined> {
  let sum = 0;
  for await (const page of ledger.runs()) {
    for (const { rejected, stopped } of page) {
      if (rejected === undefined) return undefined;
      // What a replay leaves was recorded before.
      if (stopped !== "replay") sum += rejected;
    }
  }
  return sum;
}
