import { join, resolve } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { MemoryLedger } from "../ledger/memory/memory_ledger.ts";
import { SqliteLedger } from "../ledger/sqlite/sqlite_ledger.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { maskPassword } from "../model/mask_password.ts";

/** What a ledger is told besides its place. */
export interface LedgerLimits {
  /** Ids counted earlier are forgotten; ms since 1970. Default: none are. */
  readonly forgetBefore: number | undefined;
  /** How long to try for the first connection to a server, in ms. */
  readonly connectTimeout: number;
  /** How long to try to connect again after a loss, in ms. */
  readonly reconnectTimeout: number;
  /** Whether no option sets these times, so that errors name none. */
  readonly areFixed?: boolean;
}

/**
 * Opens the ledger that a URL names.
 *
 * @param url `sqlite:PATH`, a path alone, `postgres://…` or `memory:`; by
 * default the SQLite file `eventcounter.db` in the output folder.
 * @param out The output folder.
 * @throws {EventCounterError} 2 if the URL names no ledger, else what the
 * ledger's own `open` throws.
 */
export async function openLedger(
  url: string | undefined,
  out: string,
  limits: LedgerLimits,
): Promise<Ledger> {
  if (url === "memory:") return new MemoryLedger();
  if (isPostgres(url)) {
    // Loaded only when it is used.
    const { openPostgresLedger } = await import("./open_postgres_ledger.ts");
    return await openPostgresLedger(url, limits);
  }
  const { forgetBefore } = limits;
  return await SqliteLedger.open(
    pathOf(url, out),
    forgetBefore === undefined ? {} : { forgetBefore },
  );
}

/** Whether a ledger is in PostgreSQL. */
export function isPostgres(url: string | undefined): url is string {
  return url !== undefined && /^postgres(ql)?:/i.test(url);
}

/**
 * The file of a ledger in SQLite.
 *
 * @throws {EventCounterError} 2 if the URL names none.
 */
export function pathOf(url: string | undefined, out: string): string {
  const path = url === undefined
    ? join(out, "eventcounter.db")
    : sqlitePath(url);
  // A whole path: SQLite gives some short names (":memory:") another meaning.
  if (path) return resolve(path);
  throw new EventCounterError(
    EXIT.usage,
    `Cannot use ledger "${
      maskPassword(url!)
    }": it must be sqlite:PATH or a path like ./counts.db, no JSON file, or postgres://…; ` +
      "memory: is for count alone",
  );
}

function sqlitePath(url: string): string | undefined {
  // Such names are those of output files, which it would have to give way to.
  if (/\.(nd)?json$/i.test(url)) return undefined;
  if (url.startsWith("sqlite:")) return url.slice("sqlite:".length);
  // A word alone may be a slip of memory:, and a scheme means something else.
  const isPath = /[./\\]/.test(url) && !/^[\w+.-]{2,}:|:\/\//.test(url);
  return isPath ? url : undefined;
}
