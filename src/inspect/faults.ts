import { EventCounterError, EXIT } from "../model/errors.ts";

/** Faults that are named one by one; the others are counted. */
const NAMED = 3;

/** What to do with a ledger that is not whole. */
export const RESTORE = "restore the ledger from a copy";

/** @throws {EventCounterError} 65, with the first of the faults by name. */
export function refuseFaults(
  faults: readonly string[],
  number: number,
  advice: string,
): void {
  if (number === 0) return;
  const more = number - faults.length;
  throw new EventCounterError(
    EXIT.badInput,
    faults.join("; ") + (more > 0 ? `; and ${more} more` : "") + `; ${advice}`,
  );
}

/** Gathers faults: the first ones by name, the others by number. */
export class Faults {
  readonly #named: string[] = [];
  #number = 0;

  /** How many there are. */
  get number(): number {
    return this.#number;
  }

  /** Adds one. */
  add(fault: string): void {
    this.#number++;
    if (this.#named.length < NAMED) this.#named.push(fault);
  }

  /** Takes over those that others have gathered. */
  addAll(others: Faults): void {
    this.#named.push(...others.#named);
    this.#number += others.#number;
  }

  /**
   * Tells them, if there are any.
   *
   * @param advice What to do.
   * @throws {EventCounterError} 65.
   */
  tell(advice: string): void {
    refuseFaults(this.#named, this.#number, advice);
  }
}
