import { ValidationError } from "@cliffy/command";
import {
  listCounts,
  type Listing,
  listReasons,
  listRejections,
  listRuns,
} from "../inspect/listing.ts";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { formatListing, type ListingFormat } from "./listing_format.ts";
import { type LedgerPlace, openLedgerReader } from "./open_ledger_reader.ts";
import { writeOutput } from "./standard_output.ts";
import { terminalColumns } from "./terminal.ts";

/** The options of `show` as Cliffy hands them over. */
export interface ShowOptions extends LedgerPlace {
  by?: "user" | "type" | "reason";
  type?: string;
  top?: number;
  runs?: boolean;
  rejected?: boolean;
  format: ListingFormat;
}

/** Does what `show` is for: lists what a ledger holds. */
export async function show(options: ShowOptions): Promise<void> {
  checkTogether(options);
  await using ledger = await openLedgerReader(options);
  const listing = await listingOf(ledger, options);
  const room = Deno.stdout.isTerminal() ? terminalColumns() : Infinity;
  await writeOutput(formatListing(listing, options.format, room));
}

async function listingOf(
  ledger: LedgerReader,
  { by, type, top, runs, rejected }: ShowOptions,
): Promise<Listing> {
  if (runs === true) return listRuns(ledger);
  if (rejected === true) {
    return by === "reason" ? listReasons(ledger) : listRejections(ledger);
  }
  return await listCounts(ledger, {
    by: by === "reason" ? undefined : by,
    type,
    top,
  });
}

/** What only several options together can get wrong. */
function checkTogether(
  { by, type, top, runs, rejected }: ShowOptions,
): void {
  if (by === "reason" && rejected !== true) {
    throw new ValidationError(
      'Option "--by" takes reason with --rejected only: add that, or give user or type.',
    );
  }
  const refuse = (option: string, shown: string) => {
    throw new ValidationError(
      `Option "${option}" does not go with ${shown}, but got both.`,
    );
  };
  if (runs === true && rejected === true) refuse("--rejected", "--runs");
  if (runs !== true && rejected !== true) return;
  const shown = runs === true ? "--runs" : "--rejected";
  if (type !== undefined) refuse("--type", shown);
  if (top !== undefined) refuse("--top", shown);
  if (by !== undefined && by !== "reason") refuse("--by", shown);
}
