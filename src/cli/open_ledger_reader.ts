import { join, resolve } from "node:path";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SqliteReader } from "../ledger/sqlite/sqlite_reader.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { maskPassword } from "../model/mask_password.ts";

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
  if (ledger !== undefined && /^postgres(ql)?:/i.test(ledger)) {
    // Loaded only when it is used.
    const { openPostgresReader } = await import("./open_postgres_ledger.ts");
    return await openPostgresReader(ledger, {
      connectTimeout: connectTimeout ?? CONNECT_TIMEOUT,
      areFixed: connectTimeout === undefined,
    });
  }
  const path = ledger?.replace(/^sqlite:/, "") ?? join(out, "eventcounter.db");
  if (/^$|^memory:$|^[a-z]+:\/\//i.test(path)) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read ledger "${
        maskPassword(ledger!)
      }": it must be sqlite:PATH, a path, or postgres://…`,
    );
  }
  // A whole path: SQLite gives some short names (":memory:") another meaning.
  return SqliteReader.open(resolve(path));
}
