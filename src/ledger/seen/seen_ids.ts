import type { Event } from "../../model/event.ts";
import type { Uuid } from "../../model/uuid.ts";
import { TextSet } from "./text_set.ts";
import { UuidSet } from "./uuid_set.ts";

/**
 * The ids already processed, in memory: exact, never an approximation.
 *
 * An id is added when it is claimed. That is safe although its count is not
 * durable yet: either the checkpoint that holds both succeeds, or the run ends
 * and this set with it.
 */
export class SeenIds {
  readonly #uuids = new UuidSet();
  readonly #texts = new TextSet();
  readonly #single = new Uint8Array(1);

  /** How many ids have been seen. */
  get size(): number {
    return this.#uuids.size + this.#texts.size;
  }

  /**
   * Notes the ids of events.
   *
   * @param fresh Called with each one that is new.
   * @returns For each event 1 if its id is new, 0 if not; valid until the next
   * call.
   */
  claim(
    events: readonly Event[],
    fresh?: (key: Uuid | string) => void,
  ): Uint8Array {
    // Events come one by one where they are claimed at once: no array for each.
    const claim = events.length === 1
      ? this.#single
      : new Uint8Array(events.length);
    for (let i = 0; i < events.length; i++) {
      const { key } = events[i]!;
      const isNew = this.add(key);
      claim[i] = isNew ? 1 : 0;
      if (isNew) fresh?.(key);
    }
    return claim;
  }

  /** Notes an id. @returns Whether it is new. */
  add(key: Uuid | string): boolean {
    return typeof key === "string"
      ? this.#texts.add(key)
      : this.#uuids.add(key);
  }

  /** Whether an id has been seen. */
  has(key: Uuid | string): boolean {
    return typeof key === "string"
      ? this.#texts.has(key)
      : this.#uuids.has(key);
  }

  /** Notes every UUID of a packed blob, as a ledger stores them. */
  addPacked(uuids: Uint8Array): void {
    this.#uuids.addPacked(uuids);
  }
}
