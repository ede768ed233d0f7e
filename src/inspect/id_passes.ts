/**
 * Ids are compared in portions that fit into the memory given, each of which
 * takes a look at all of them: more ids take more time, not more memory.
 */
import type { LedgerReader, StoredIds } from "../ledger/ledger_reader.ts";
import { Uuid, UUID_BYTES } from "../model/uuid.ts";

/** Memory for ids that are compared at a time, in bytes. */
export const PASS_BYTES = 512 * 1024 * 1024;

/** What a seen id costs in memory, at worst; a text besides its characters. */
const UUID_COST = 34;
const TEXT_COST = 150;

/** What the ids of some ledgers cost in memory, in bytes, at worst. */
export async function costOf(
  ledgers: readonly LedgerReader[],
): Promise<number> {
  let cost = 0;
  for (const ledger of ledgers) {
    const { uuids, texts, textBytes } = await ledger.idTotals();
    cost += uuids * UUID_COST + texts * TEXT_COST + textBytes;
  }
  return cost;
}

/** Those of some ids that are compared in one of several passes. */
export function* idsOf(
  { uuids, texts }: StoredIds,
  pass: number,
  passes: number,
): Generator<Uuid | string, void, void> {
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

/** In which of several passes an id is compared. */
export function passOf(id: Uuid | string, passes: number): number {
  return typeof id === "string"
    ? place(hashOf(id), passes)
    : place(id.a ^ id.b ^ id.c ^ id.d, passes);
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
