import { dirname } from "node:path";
import {
  type IdTotals,
  LedgerMissing,
  type LedgerReader,
  type StoredRun,
} from "../ledger/ledger_reader.ts";
import { sqliteFailure } from "../ledger/sqlite/sqlite_failure.ts";
import { isLedgerLocked } from "../ledger/sqlite/sqlite_lock.ts";
import type { Clock } from "../model/clock.ts";
import type { Finding } from "../inspect/examination.ts";
import { findStanding, isWritable } from "./folder_check.ts";
import { moment, quantity, size } from "../model/words.ts";

/** The ledger to look at. */
export interface LedgerTarget {
  /** What messages call it. */
  readonly name: string;
  /** Its file, if it is one in SQLite. */
  readonly path?: string;
  /** The output folder, which a run would make. */
  readonly out: string;
  /** Opens it to be read. */
  readonly open: () => Promise<LedgerReader>;
}

/** What is known of a ledger; nothing is counted yet where it is missing. */
export interface LedgerFacts {
  readonly ledger: string;
  readonly isMissing: boolean;
  readonly version?: number;
  readonly ids: number;
  readonly bytes: number;
}

/** A ledger that is there, and what is known of it. */
export interface FoundLedger {
  readonly facts: LedgerFacts;
  readonly reader?: LedgerReader;
}

/**
 * Looks at a ledger as a run would find it, and writes nothing.
 *
 * @returns A reader with it that the caller closes, where there is a ledger.
 */
export async function lookAtLedger(
  target: LedgerTarget,
): Promise<Finding<FoundLedger>> {
  let reader: LedgerReader;
  try {
    reader = await target.open();
  } catch (error) {
    if (!(error instanceof LedgerMissing)) throw error;
    return await lookAtPlace(target);
  }
  try {
    if (target.path !== undefined) refuseOthers(target.path);
    const facts = {
      ledger: target.name,
      isMissing: false,
      version: reader.version,
      ids: sumOf(await reader.idTotals()),
      bytes: await reader.bytes(),
    };
    return {
      found: `${target.name}, version ${facts.version}, ` +
        `${quantity(facts.ids, "id")}, ${size(facts.bytes)}, ` +
        (target.path === undefined ? "shared by its workers" : "not in use"),
      facts: { ...facts },
      value: { facts, reader },
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Looks whether the clock goes as it did at the last run. */
export async function lookAtClock(
  reader: LedgerReader | undefined,
  clock: Clock,
): Promise<Finding> {
  const now = clock.now();
  const last = reader === undefined ? undefined : await lastRunOf(reader);
  const at = last === undefined ? undefined : last.endedAt ?? last.startedAt;
  const facts = { now, ...at !== undefined && { lastRun: at } };
  if (at === undefined) {
    return { found: `it is ${moment(now)}; no run was before`, facts };
  }
  return at <= now
    ? { found: `it is ${moment(now)}; the last run was ${moment(at)}`, facts }
    : {
      found: `it is ${moment(now)}, but the last run was ${moment(at)}: ` +
        "one of the clocks is wrong; set it, as --dedupe-window goes by it",
      warn: true,
      facts,
    };
}

/** @throws {EventCounterError} 75 if a worker has it, 73 if it is read-only. */
function refuseOthers(path: string): void {
  try {
    if (isLedgerLocked(path)) throw new Error("database is locked");
    Deno.openSync(path, { write: true }).close();
  } catch (error) {
    throw sqliteFailure(error, path);
  }
}

/** Looks whether a ledger can be made where there is none. */
async function lookAtPlace(
  { name, path, out }: LedgerTarget,
): Promise<Finding<FoundLedger>> {
  if (path !== undefined) {
    const folder = dirname(path);
    // A run makes the output folder, and no other.
    const standing = await findStanding(folder);
    if (standing !== folder && folder !== out) {
      throw sqliteFailure(
        new Error("unable to open: its folder is missing"),
        path,
      );
    }
    await isWritable(standing);
  }
  const facts = { ledger: name, isMissing: true, ids: 0, bytes: 0 };
  return {
    found: `${name} is missing: a run would make it`,
    facts: { ...facts },
    value: { facts },
  };
}

async function lastRunOf(
  reader: LedgerReader,
): Promise<StoredRun | undefined> {
  let last: StoredRun | undefined;
  for await (const page of reader.runs()) last = page.at(-1) ?? last;
  return last;
}

function sumOf({ uuids, texts }: IdTotals): number {
  return uuids + texts;
}
