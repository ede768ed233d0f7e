import { Decoder, type MessageShape } from "../decode/decoder.ts";
import type { TypeRule } from "../decode/routing_key.ts";
import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";

/** Tells events from deliveries that cannot be counted. */
export class Classifier {
  readonly #decoder: Decoder;
  readonly #accepts: (type: string) => boolean;

  /**
   * @param types Which types are counted.
   * @param shape Where messages say what happened.
   * @param accepts Whether somebody handles events of a type.
   */
  constructor(
    types: TypeRule,
    shape: MessageShape,
    accepts: (type: string) => boolean,
  ) {
    this.#decoder = new Decoder(types, shape);
    this.#accepts = accepts;
  }

  /** The event that a delivery brings, or why it cannot become one. */
  classify(delivery: Delivery): Event | RejectionReason {
    const decoded = this.#decoder.decode(delivery);
    if (typeof decoded === "string" || this.#accepts(decoded.type)) {
      return decoded;
    }
    return "unknown_type";
  }
}
