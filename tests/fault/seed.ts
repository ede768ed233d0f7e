import { Random } from "../../src/publish/random.ts";

/** Repeats a run: its name is printed with the seed. */
export const SEED_VARIABLE = "EVENTCOUNTER_FAULT_SEED";

/** The seed from the variable, or a new one. */
export function chooseSeed(): number {
  const given = Deno.env.get(SEED_VARIABLE);
  if (given === undefined) return Math.floor(Math.random() * 2 ** 31);
  if (!/^\d{1,10}$/.test(given)) {
    throw new Error(`${SEED_VARIABLE} is "${given}" and must be a number`);
  }
  return Number(given);
}

/**
 * The random choices of one case. They depend on the seed and the name of the
 * case alone, so a case can be repeated without those before it.
 */
export class Choices {
  readonly #random: Random;

  constructor(
    readonly seed: number,
    /** The case; names that differ give other choices. */
    readonly name: string,
  ) {
    let mixed = seed >>> 0;
    for (let i = 0; i < name.length; i++) {
      mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193) >>> 0;
    }
    this.#random = new Random(mixed);
  }

  /** What to do to repeat the case. */
  get repeat(): string {
    return `${this.name}: repeat it with ${SEED_VARIABLE}=${this.seed}`;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.#random.below(most - least + 1);
  }

  /** One of several. */
  oneOf<T>(several: readonly T[]): T {
    return several[this.#random.below(several.length)]!;
  }

  /** A seed for something else. */
  nextSeed(): number {
    return this.#random.next();
  }
}
