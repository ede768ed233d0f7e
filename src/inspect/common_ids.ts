import { SeenIds } from "../ledger/seen/seen_ids.ts";
import type { SqliteReader } from "../ledger/sqlite/sqlite_reader.ts";
import { Uuid, UUID_BYTES } from "../model/uuid.ts";

/** Memory for ids that are compared at a time, in bytes. */
const PASS_BYTES = 512 * 1024 * 1024;

/** What a seen id costs in memory, at worst; a text besides its characters. */
const UUID_COST = 34;
const TEXT_COST = 150;

/** Ids that are in more than one ledger. */
export interface CommonIds {
  /** How many of them there are. */
  readonly size: number;
  readonly example: string;
  /** The paths of the ledgers that hold the example. */
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
export function findCommonIds(
  ledgers: readonly SqliteReader[],
  memory = PASS_BYTES,
): CommonIds | undefined {
  const passes = Math.ceil(costOf(ledgers) / memory);
  let size = 0;
  let example: Uuid | string | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const seen = new SeenIds(), common = new SeenIds();
    for (const ledger of ledgers) {
      for (const id of idsOf(ledger, pass, passes)) {
        if (seen.add(id)) continue;
        common.add(id);
        example ??= id;
      }
    }
    size += common.size;
  }
  if (example === undefined) return undefined;
  const text = String(example);
  return {
    size,
    example: text,
    ledgers: ledgers.filter((ledger) => holds(ledger, text))
      .map(({ path }) => path),
  };
}

function costOf(ledgers: readonly SqliteReader[]): number {
  let cost = 0;
  for (const ledger of ledgers) {
    const { uuids, texts, textBytes } = ledger.idTotals();
    cost += uuids * UUID_COST + texts * TEXT_COST + textBytes;
  }
  return cost;
}

/** The ids of a ledger that are compared in one of several passes. */
function* idsOf(
  ledger: SqliteReader,
  pass: number,
  passes: number,
): Generator<Uuid | string, void, void> {
  for (const { uuids, texts } of ledger.ids()) {
    const view = new DataView(uuids.buffer, uuids.byteOffset, uuids.length);
    for (let at = 0; at + UUID_BYTES <= uuids.length; at += UUID_BYTES) {
      const a = view.getInt32(at), b = view.getInt32(at + 4);
      const c = view.getInt32(at + 8), d = view.getInt32(at + 12);
      // Time, clock or node alone may differ: every word decides.
      if (place(a ^ b ^ c ^ d, passes) === pass) yield new Uuid(a, b, c, d);
    }
    for (const text of texts) {
      if (place(hashOf(text), passes) === pass) yield text;
    }
  }
}

/** One of so many places for a hash; its upper half decides, after mixing. */
function place(hash: number, places: number): number {
  const mixed = Math.imul(hash ^ hash >>> 16, 0x9e3779b1) >>> 0;
  return Math.floor(mixed / 0x1_0000_0000 * places);
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}

function holds(ledger: SqliteReader, id: string): boolean {
  for (const each of idsOf(ledger, 0, 1)) {
    if (String(each) === id) return true;
  }
  return false;
}
