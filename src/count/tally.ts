import type { Counts } from "../model/counts.ts";

/** Counts that are not in the ledger yet. */
export class Tally {
  #counts = new Map<string, Map<string, number>>();

  /**
   * The counts of one type, to add to. They stay the same map until the next
   * {@linkcode take}.
   */
  ofType(type: string): Map<string, number> {
    let users = this.#counts.get(type);
    if (users === undefined) this.#counts.set(type, users = new Map());
    return users;
  }

  /** Hands over what has been counted since the last call, and starts anew. */
  take(): Counts {
    const taken = this.#counts;
    this.#counts = new Map();
    return taken;
  }
}
