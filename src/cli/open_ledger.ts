import { join, resolve } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { MemoryLedger } from "../ledger/memory/memory_ledger.ts";
import { SqliteLedger } from "../ledger/sqlite/sqlite_ledger.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";

/**
 * Opens the ledger that a URL names.
 *
 * @param url `sqlite:PATH` or `memory:`; by default the SQLite file
 * `eventcounter.db` in the output folder.
 * @param out The output folder.
 * @param forgetBefore Ids counted earlier are forgotten; ms since 1970.
 * @throws {EventCounterError} 2 if the URL names no ledger, else what
 * {@linkcode SqliteLedger.open} throws.
 */
export async function openLedger(
  url: string | undefined,
  out: string,
  forgetBefore: number | undefined,
): Promise<Ledger> {
  if (url === "memory:") return new MemoryLedger();
  const path = url === undefined
    ? join(out, "eventcounter.db")
    : /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path === undefined) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot use ledger "${url}": it must be sqlite:PATH or memory:`,
    );
  }
  // A whole path: SQLite gives some short names (":memory:") another meaning.
  return await SqliteLedger.open(
    resolve(path),
    forgetBefore === undefined ? {} : { forgetBefore },
  );
}
