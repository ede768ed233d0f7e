/**
 * Entries one `Map` may hold here. V8 ends at 16,777,216 with a RangeError;
 * half of that keeps each shard well away from it.
 */
const SHARD_LIMIT = 8_388_608;

/**
 * An exact set of strings of any number: `Map`s that are filled one after
 * another, each with fewer entries than a JavaScript `Map` can hold.
 */
export class TextSet {
  readonly #shardLimit: number;
  readonly #full: Map<string, true>[] = [];
  #open = new Map<string, true>();

  /** @param shardLimit Entries a shard may hold. */
  constructor(shardLimit = SHARD_LIMIT) {
    this.#shardLimit = shardLimit;
  }

  /** How many strings are in the set. */
  get size(): number {
    return this.#full.length * this.#shardLimit + this.#open.size;
  }

  /** Adds a string. @returns Whether it was new. */
  add(text: string): boolean {
    if (this.has(text)) return false;
    if (this.#open.size === this.#shardLimit) {
      this.#full.push(this.#open);
      this.#open = new Map();
    }
    this.#open.set(text, true);
    return true;
  }

  /** Whether the string is in the set. */
  has(text: string): boolean {
    return this.#open.has(text) || this.#full.some((shard) => shard.has(text));
  }
}
