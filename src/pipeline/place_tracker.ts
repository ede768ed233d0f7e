import type { Settlement } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RejectedDelivery } from "./batch.ts";

/**
 * Tells rejected deliveries their places between events, see `Rejection`. Only
 * what one attachment delivered is in an order that means something.
 */
export class PlaceTracker {
  #settlement: Settlement | undefined;
  #lastEvent: Event | undefined;
  /** Rejected since the last event. */
  #distance = 0;
  /** Those of this batch that wait for the next event. */
  #waiting: RejectedDelivery[] = [];

  /** An event has come. */
  passEvent(settlement: Settlement, event: Event): void {
    if (settlement !== this.#settlement) this.#restart(settlement);
    this.#lastEvent = event;
    this.#distance = 0;
    if (this.#waiting.length === 0) return;
    this.#waiting.reverse().forEach((rejected, i) => {
      rejected.precedes = `${i + 1} ${event.id}`;
    });
    this.#waiting = [];
  }

  /** A delivery has come that cannot be counted. */
  passRejected(rejected: RejectedDelivery): void {
    const { settlement } = rejected.delivery;
    if (settlement !== this.#settlement) this.#restart(settlement);
    this.#distance++;
    if (this.#lastEvent !== undefined) {
      rejected.follows = `${this.#distance} ${this.#lastEvent.id}`;
    }
    this.#waiting.push(rejected);
  }

  /** A batch ends: what is ahead of the next event will not be known. */
  endBatch(): void {
    this.#waiting = [];
  }

  #restart(settlement: Settlement): void {
    this.#settlement = settlement;
    this.#lastEvent = undefined;
    this.#distance = 0;
    this.#waiting = [];
  }
}
