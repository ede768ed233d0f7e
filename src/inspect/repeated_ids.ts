import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SeenIds } from "../ledger/seen/seen_ids.ts";
import { costOf, idsOf, PASS_BYTES } from "./id_passes.ts";

/** Ids that are there more than once. */
export interface RepeatedIds {
  /** How many of them there are. */
  readonly size: number;
  readonly example: string;
  /** Where the example is kept. */
  readonly places: readonly IdPlace[];
}

/** Where an id is kept, in words for messages. */
export interface IdPlace {
  /** The name of the ledger. */
  readonly ledger: string;
  /** See `StoredIds`. */
  readonly place: string;
}

/**
 * Finds the ids that are more than once in some ledgers together, exactly.
 *
 * @param memory In bytes. Default: 512 MiB.
 * @returns Nothing if there is none.
 */
export async function findRepeatedIds(
  ledgers: readonly LedgerReader[],
  memory = PASS_BYTES,
): Promise<RepeatedIds | undefined> {
  const passes = Math.ceil(await costOf(ledgers) / memory);
  let size = 0;
  let example: string | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const seen = new SeenIds(), repeated = new SeenIds();
    for (const ledger of ledgers) {
      for await (const stored of ledger.ids()) {
        for (const id of idsOf(stored, pass, passes)) {
          if (seen.add(id)) continue;
          repeated.add(id);
          example ??= String(id);
        }
      }
    }
    size += repeated.size;
  }
  if (example === undefined) return undefined;
  return { size, example, places: await placesOf(ledgers, example) };
}

async function placesOf(
  ledgers: readonly LedgerReader[],
  id: string,
): Promise<IdPlace[]> {
  const places: IdPlace[] = [];
  for (const ledger of ledgers) {
    for await (const stored of ledger.ids()) {
      for (const each of idsOf(stored, 0, 1)) {
        if (String(each) !== id) continue;
        places.push({ ledger: ledger.name, place: stored.place });
      }
    }
  }
  return places;
}
