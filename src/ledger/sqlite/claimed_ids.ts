import { type Uuid, UUID_BYTES } from "../../model/uuid.ts";

/** Room at first, in UUIDs: those of a usual checkpoint. */
const FIRST_ROOM = 5_000;

/** The ids of a checkpoint in the making, as its row will keep them. */
export class ClaimedIds {
  #packed = new DataView(new ArrayBuffer(FIRST_ROOM * UUID_BYTES));
  #length = 0;
  #texts: string[] = [];

  /** Adds an id. */
  add(key: Uuid | string): void {
    if (typeof key === "string") {
      this.#texts.push(key);
      return;
    }
    if (this.#length === this.#packed.byteLength) this.#grow();
    this.#packed.setInt32(this.#length, key.a);
    this.#packed.setInt32(this.#length + 4, key.b);
    this.#packed.setInt32(this.#length + 8, key.c);
    this.#packed.setInt32(this.#length + 12, key.d);
    this.#length += UUID_BYTES;
  }

  /** The UUIDs, 16 bytes each, most significant first; valid until `clear`. */
  get uuids(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#packed.buffer, 0, this.#length);
  }

  /** The ids that are no canonical UUIDs. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** How many ids there are. */
  get size(): number {
    return this.#length / UUID_BYTES + this.#texts.length;
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
    this.#texts = [];
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#packed.byteLength);
    larger.set(this.uuids);
    this.#packed = new DataView(larger.buffer);
  }
}
