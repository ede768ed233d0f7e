import { type Uuid, UUID_BYTES } from "../../model/uuid.ts";

/** Tables the set is divided into: a power of two. */
const SHARDS = 64;

/** Slots of the smallest new table. */
const FIRST_SLOTS = 64;

/** A table grows when more than this part of its slots is taken. */
const FULLEST = 0.8;

/** How much larger a table gets: at least 53 % of its slots stay taken. */
const GROWTH = 1.5;

/**
 * An exact set of UUIDs: open addressing with linear probing over 16-byte
 * slots, some 30 bytes an id (a `Set` of strings takes over 100 and ends at
 * 16,777,216 entries).
 *
 * It is divided into tables that grow one by one, so growing never stops the
 * drain for long and never needs a second copy of the whole set.
 */
export class UuidSet {
  readonly #shards: Table[] = [];
  /** The all-zero UUID, which in a table would look like a free slot. */
  #hasNil = false;
  #size = 0;

  constructor() {
    for (let i = 0; i < SHARDS; i++) {
      // All tables fill alike. Sizes spread over one step of growth let them
      // grow one after another: some are emptiest while others are fullest.
      const slots = Math.round(FIRST_SLOTS * GROWTH ** (i / SHARDS));
      this.#shards.push(new Table(slots));
    }
  }

  /** How many UUIDs are in the set. */
  get size(): number {
    return this.#size;
  }

  /** Adds a UUID. @returns Whether it was new. */
  add({ a, b, c, d }: Uuid): boolean {
    return this.#add(a, b, c, d);
  }

  /** Whether the UUID is in the set. */
  has({ a, b, c, d }: Uuid): boolean {
    if ((a | b | c | d) === 0) return this.#hasNil;
    const hash = hashOf(a, b, c, d);
    return this.#shards[hash & (SHARDS - 1)]!.has(hash, a, b, c, d);
  }

  /**
   * Adds every UUID of a packed blob (16 bytes each, most significant first).
   */
  addPacked(packed: Uint8Array): void {
    const view = new DataView(packed.buffer, packed.byteOffset);
    for (let at = 0; at + UUID_BYTES <= packed.length; at += UUID_BYTES) {
      this.#add(
        view.getInt32(at),
        view.getInt32(at + 4),
        view.getInt32(at + 8),
        view.getInt32(at + 12),
      );
    }
  }

  #add(a: number, b: number, c: number, d: number): boolean {
    let added: boolean;
    if ((a | b | c | d) === 0) {
      added = !this.#hasNil;
      this.#hasNil = true;
    } else {
      const hash = hashOf(a, b, c, d);
      added = this.#shards[hash & (SHARDS - 1)]!.add(hash, a, b, c, d);
    }
    if (added) this.#size++;
    return added;
  }
}

/** One open-addressing table of four words a slot; four zeros are a free one. */
class Table {
  #slots: number;
  #words: Int32Array;
  #used = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.#words = new Int32Array(slots * 4);
  }

  has(hash: number, a: number, b: number, c: number, d: number): boolean {
    return this.#find(hash, a, b, c, d) < 0;
  }

  add(hash: number, a: number, b: number, c: number, d: number): boolean {
    let free = this.#find(hash, a, b, c, d);
    if (free < 0) return false;
    if (++this.#used > this.#slots * FULLEST) {
      this.#grow();
      free = this.#find(hash, a, b, c, d);
    }
    this.#put(free, a, b, c, d);
    return true;
  }

  /** The free slot where these words belong, or -1 if they are there already. */
  #find(hash: number, a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    let at = slotOf(hash, this.#slots) * 4;
    for (;;) {
      const w = words[at]!, x = words[at + 1]!;
      const y = words[at + 2]!, z = words[at + 3]!;
      if (w === a && x === b && y === c && z === d) return -1;
      if ((w | x | y | z) === 0) return at;
      at += 4;
      if (at === words.length) at = 0;
    }
  }

  #put(at: number, a: number, b: number, c: number, d: number): void {
    const words = this.#words;
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
  }

  #grow(): void {
    const old = this.#words;
    this.#slots = Math.ceil(this.#slots * GROWTH);
    this.#words = new Int32Array(this.#slots * 4);
    for (let at = 0; at < old.length; at += 4) {
      const a = old[at]!, b = old[at + 1]!, c = old[at + 2]!, d = old[at + 3]!;
      if ((a | b | c | d) === 0) continue;
      this.#put(this.#find(hashOf(a, b, c, d), a, b, c, d), a, b, c, d);
    }
  }
}

/**
 * Differs from process to process, so nobody can choose ids that all fall
 * into one place.
 */
const seed = crypto.getRandomValues(new Int32Array(4));
const s0 = seed[0]!, s1 = seed[1]!, s2 = seed[2]!, s3 = seed[3]!;

/**
 * Mixes all 128 bits into 32 (multiply-and-rotate rounds and the final mix of
 * MurmurHash3), since neighbouring ids may differ in one bit only.
 */
function hashOf(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ s0, 0x9e3779b1);
  h = Math.imul((h << 13 | h >>> 19) ^ b ^ s1, 0x85ebca6b);
  h = Math.imul((h << 13 | h >>> 19) ^ c ^ s2, 0xc2b2ae35);
  h = Math.imul((h << 13 | h >>> 19) ^ d ^ s3, 0x27d4eb2f);
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return h ^ h >>> 16;
}

/**
 * Spreads a hash over any number of slots; the low bits have chosen the shard.
 */
function slotOf(hash: number, slots: number): number {
  return Math.floor((hash >>> 6) / 0x4000000 * slots);
}
