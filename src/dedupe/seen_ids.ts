import { packedUuid, type Uuid } from "../model/uuid.ts";
import { TextSet } from "./text_set.ts";
import { UuidSet } from "./uuid_set.ts";

/**
 * The ids already processed, in memory: exact, never an approximation.
 *
 * An id is added when its event is routed. That is safe although its count is
 * not durable yet: either the checkpoint that holds both succeeds, or the run
 * ends and this set with it.
 *
 * It also knows the rejections already recorded, by fingerprint: a rejected
 * message that the broker delivers again is the same one, not another.
 */
export class SeenIds {
  readonly #uuids = new UuidSet();
  readonly #texts = new TextSet();
  readonly #rejected = new UuidSet();

  /** How many ids have been seen. */
  get size(): number {
    return this.#uuids.size + this.#texts.size;
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

  /** Notes the fingerprints of rejections, 16 bytes each. */
  addRejected(fingerprints: Uint8Array): void {
    this.#rejected.addPacked(fingerprints);
  }

  /** Whether a rejection with this fingerprint has been recorded. */
  hasRejected(fingerprint: Uint8Array): boolean {
    return this.#rejected.has(packedUuid(fingerprint));
  }
}
