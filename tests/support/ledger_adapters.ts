import type { Ledger } from "../../src/ledger/ledger.ts";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";

/** A way to keep a ledger, for the suites that run over all of them. */
export interface LedgerAdapter {
  readonly name: string;
  /** Opens the ledger of a folder; the same folder gives the same ledger. */
  open(folder: string): Promise<Ledger>;
  /**
   * Makes in another folder what a crash at this moment would leave behind.
   * Only durable ledgers have it.
   */
  readonly crash?: (folder: string, to: string) => Promise<void>;
  /** What it takes besides the folder. Default: nothing. */
  readonly permissions?: Deno.PermissionOptionsObject;
}

/** A ledger that outlives its process. */
export type DurableAdapter =
  & LedgerAdapter
  & Required<Pick<LedgerAdapter, "crash">>;

/** Every ledger there is that answers at once, in time with a fake clock. */
export const ledgerAdapters: readonly LedgerAdapter[] = [
  { name: "SqliteLedger", open: openSqlite, crash: copySqlite },
  { name: "MemoryLedger", open: () => Promise.resolve(new MemoryLedger()) },
];

/** Those that outlive their process. */
export const durableAdapters: readonly DurableAdapter[] = ledgerAdapters
  .filter((adapter) => adapter.crash !== undefined) as DurableAdapter[];

function openSqlite(folder: string): Promise<Ledger> {
  return SqliteLedger.open(`${folder}/ledger.db`);
}

/** The file and its log are all that SQLite has on disk. */
export async function copySqlite(folder: string, to: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    await Deno.copyFile(`${folder}/${name}`, `${to}/${name}`);
  }
}
