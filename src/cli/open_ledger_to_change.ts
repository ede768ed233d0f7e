import type { Ledger } from "../ledger/ledger.ts";
import { isPostgres, openLedger } from "./open_ledger.ts";
import { type LedgerPlace, openLedgerReader } from "./open_ledger_reader.ts";

/** How long to try for a server, at first and after a loss, in ms. */
const CONNECT_TIMEOUT = 30_000;
const RECONNECT_TIMEOUT = 300_000;

/**
 * Opens a ledger that is there, to change what it holds.
 *
 * @throws {EventCounterError} 65 if there is none, else what `openLedger` and
 * `openLedgerReader` throw.
 */
export async function openLedgerToChange(place: LedgerPlace): Promise<Ledger> {
  // Whoever opens it to write would make one.
  const reader = await openLedgerReader(place);
  await reader.close();
  const { ledger, out } = place;
  return await openLedger(
    isPostgres(ledger) ? ledger : `sqlite:${reader.name}`,
    out,
    {
      forgetBefore: undefined,
      connectTimeout: CONNECT_TIMEOUT,
      reconnectTimeout: RECONNECT_TIMEOUT,
      areFixed: true,
    },
  );
}
