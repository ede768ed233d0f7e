/**
 * Counts per type and user: what a tally gathers and a ledger adds up. Maps
 * and not objects, so a user or a type named `__proto__` is like any other.
 */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** One user's total. */
export type UserCount = readonly [userId: string, count: number];

/** What the counts of one user add up to, over all types. */
export interface UserTotal {
  /** As the routing key names it. */
  readonly user: string;
  /** How many were counted of it, of every type. */
  readonly events: number;
}

/** What the counts of one type add up to. */
export interface TypeTotals {
  /** The sum of all its counts. */
  readonly events: number;
  /** How many users it has. */
  readonly users: number;
}

/**
 * Orders strings by Unicode code point, as `<type>.json` is sorted. JavaScript
 * compares UTF-16 code units, which puts U+FFFD after an emoji.
 */
export function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i), b = right.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/**
 * Surrogates (U+D800–DFFF) stand for code points above U+FFFF, so they rank
 * above U+E000–FFFF.
 */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
