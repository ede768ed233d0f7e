import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SeenIds } from "../ledger/seen/seen_ids.ts";
import { costOf, idsOf, PASS_BYTES } from "./id_passes.ts";

/** Ids that a ledger has more than once. */
export interface RepeatedIds {
  /** How many of them there are. */
  readonly size: number;
  readonly example: string;
  /** Where the example is kept. */
  readonly places: readonly string[];
}

/**
 * Finds the ids that a ledger has more than once, exactly.
 *
 * @param memory In bytes. Default: 512 MiB.
 * @returns Nothing if there is none.
 */
export async function findRepeatedIds(
  ledger: LedgerReader,
  memory = PASS_BYTES,
): Promise<RepeatedIds | undefined> {
  const passes = Math.ceil(await costOf([ledger]) / memory);
  let size = 0;
  let example: string | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const seen = new SeenIds(), repeated = new SeenIds();
    for await (const stored of ledger.ids()) {
      for (const id of idsOf(stored, pass, passes)) {
        if (seen.add(id)) continue;
        repeated.add(id);
        example ??= String(id);
      }
    }
    size += repeated.size;
  }
  if (example === undefined) return undefined;
  return { size, example, places: await placesOf(ledger, example) };
}

async function placesOf(ledger: LedgerReader, id: string): Promise<string[]> {
  const places: string[] = [];
  for await (const stored of ledger.ids()) {
    for (const each of idsOf(stored, 0, 1)) {
      if (String(each) === id) places.push(stored.place);
    }
  }
  return places;
}
