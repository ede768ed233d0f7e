import { Uuid } from "../model/uuid.ts";

/** How many different numbers {@linkcode Random.next} gives. */
const RANGE = 0x1_0000_0000;

/** Outputs thrown away at the start, until every bit depends on the seed. */
const WARM_UP = 12;

/**
 * Random numbers that a seed decides: the same seed gives the same sequence
 * on every machine. It is sfc32 ("small fast counter", from PractRand), its
 * state filled by splitmix32. Good for test data, not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed A whole number from 0 to 4,294,967,295. */
  constructor(seed: number) {
    const seeds = splitmix32(seed);
    this.#a = seeds();
    this.#b = seeds();
    this.#c = seeds();
    for (let i = 0; i < WARM_UP; i++) this.next();
  }

  /** The next number: whole, from 0 to 4,294,967,295, all equally likely. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /**
   * A whole number from 0 to `n` - 1, all equally likely.
   *
   * @param n From 1 to 4,294,967,296.
   */
  below(n: number): number {
    // The last numbers that do not fill a round of n would favour the first.
    const limit = RANGE - RANGE % n;
    let number;
    do number = this.next(); while (number >= limit);
    return number % n;
  }

  /** A UUID of version 4 (RFC 9562 §5.4) in its canonical, lower-case form. */
  uuid(): string {
    return new Uuid(
      this.next(),
      (this.next() & 0xffff_0fff) | 0x4000,
      (this.next() & 0x3fff_ffff) | 0x8000_0000,
      this.next(),
    ).toString();
  }
}

/** Spreads one seed over as many words as are asked for. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
}
