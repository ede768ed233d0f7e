import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SqliteReader } from "../ledger/sqlite/sqlite_reader.ts";
import { isPostgres, pathOf } from "./open_ledger.ts";

/** How long to try for a connection to a server, in ms. */
const CONNECT_TIMEOUT = 30_000;

/** Which ledger is meant, as the options of `count` tell it. */
export interface LedgerPlace {
  /** `sqlite:PATH`, a path alone, or `postgres://…`. */
  readonly ledger?: string | undefined;
  /** The output folder, which has the ledger unless a URL is given. */
  readonly out: string;
}

/**
 * Opens the ledger that a URL names, to be read alone: nothing is made where
 * there is none, and whoever works with it goes on.
 *
 * @param connectTimeout How long an option says to try, in ms. Default: 30 s.
 * @throws {EventCounterError} 2 if the URL names no ledger, else what the
 * reader's own `open` throws.
 */
export async function openLedgerReader(
  { ledger, out }: LedgerPlace,
  connectTimeout?: number,
): Promise<LedgerReader> {
  if (isPostgres(ledger)) {
    // Loaded only when it is used.
    const { openPostgresReader } = await import("./open_postgres_ledger.ts");
    return await openPostgresReader(ledger, {
      connectTimeout: connectTimeout ?? CONNECT_TIMEOUT,
      areFixed: connectTimeout === undefined,
    });
  }
  return SqliteReader.open(pathOf(ledger, out));
}
