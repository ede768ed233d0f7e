import type { Settlement } from "../model/delivery.ts";

/** The highest tag of each settlement: one `multiple` ack settles them all. */
export class Acks {
  readonly #highest = new Map<Settlement, number>();
  /** Of the run of deliveries being noted, kept out of the map for speed. */
  #settlement: Settlement | undefined;
  #tag = 0;

  /** Notes a delivery; tags of a settlement come in ascending order. */
  add(settlement: Settlement, tag: number): void {
    if (settlement !== this.#settlement) {
      this.#note();
      this.#settlement = settlement;
    }
    this.#tag = tag;
  }

  /** Takes over all acks of another collection that came later. */
  addAll(later: Acks): void {
    later.#note();
    for (const [settlement, tag] of later.#highest) this.add(settlement, tag);
  }

  /**
   * Sends them. The one place where a run acks anything: what led here is
   * durable.
   *
   * @returns Where they went.
   */
  send(): readonly Settlement[] {
    this.#note();
    for (const [settlement, tag] of this.#highest) settlement.ackUpTo(tag);
    const settlements = [...this.#highest.keys()];
    this.#highest.clear();
    this.#settlement = undefined;
    return settlements;
  }

  #note(): void {
    if (this.#settlement === undefined) return;
    this.#highest.set(this.#settlement, this.#tag);
  }
}
