import type { Uuid } from "./uuid.ts";

/**
 * A user event, decoded from a delivery.
 *
 * It is identified by its id alone: two events with the same id are the same
 * event, whoever their users are.
 */
export class Event {
  /**
   * Makes an event.
   *
   * @param userId Everything in the routing key before `.event.<type>`; never
   * empty.
   * @param type The last word of the routing key.
   * @param key The id as the seen ids hold it: a {@linkcode Uuid} exactly when
   * the id is a UUID in its canonical (lower-case) form, the text otherwise.
   */
  constructor(
    /** Who did it. */
    readonly userId: string,
    /** What was done. */
    readonly type: string,
    /** The id as the seen ids hold it. */
    readonly key: Uuid | string,
  ) {}

  /** The id as the publisher wrote it. */
  get id(): string {
    return typeof this.key === "string" ? this.key : this.key.toString();
  }
}
