import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SeenIds } from "../ledger/seen/seen_ids.ts";
import type { Uuid } from "../model/uuid.ts";
import { costOf, idsOf, PASS_BYTES } from "./id_passes.ts";

/** Ids that are in more than one ledger. */
export interface CommonIds {
  /** How many of them there are. */
  readonly size: number;
  readonly example: string;
  /** The names of the ledgers that hold the example. */
  readonly ledgers: readonly string[];
}

/**
 * Finds the ids that several ledgers have in common, exactly.
 *
 * The ids are compared in portions that fit into the memory given, each of
 * which takes a look at all of them: more ids take more time, not more memory.
 *
 * @param memory In bytes. Default: 512 MiB.
 * @returns Nothing if there is none.
 */
export async function findCommonIds(
  ledgers: readonly LedgerReader[],
  memory = PASS_BYTES,
): Promise<CommonIds | undefined> {
  const passes = Math.ceil(await costOf(ledgers) / memory);
  let size = 0;
  let example: Uuid | string | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const seen = new SeenIds(), common = new SeenIds();
    for (const ledger of ledgers) {
      for await (const stored of ledger.ids()) {
        for (const id of idsOf(stored, pass, passes)) {
          if (seen.add(id)) continue;
          common.add(id);
          example ??= id;
        }
      }
    }
    size += common.size;
  }
  if (example === undefined) return undefined;
  const text = String(example);
  const holders: string[] = [];
  for (const ledger of ledgers) {
    if (await holds(ledger, text)) holders.push(ledger.name);
  }
  return { size, example: text, ledgers: holders };
}

async function holds(ledger: LedgerReader, id: string): Promise<boolean> {
  for await (const stored of ledger.ids()) {
    for (const each of idsOf(stored, 0, 1)) {
      if (String(each) === id) return true;
    }
  }
  return false;
}
