import { Decoder } from "../decode/decoder.ts";
import { rejectionOf } from "../decode/rejection_of.ts";
import type { TypeRule } from "../decode/routing_key.ts";
import type { SeenIds } from "../dedupe/seen_ids.ts";
import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { Rejection, RejectionReason } from "../model/rejection.ts";

/** What a delivery is that brings nothing new. */
export const DUPLICATE = "duplicate";

/** What {@linkcode Intake} needs to judge by. */
export interface IntakeOptions {
  readonly types: TypeRule;
  readonly seen: SeenIds;
  /** Whether somebody handles events of a type. */
  readonly accepts: (type: string) => boolean;
  /** See `PipelineOptions.deliveryLimit`. */
  readonly deliveryLimit: number;
  readonly clock: Clock;
}

/**
 * Judges deliveries. Each is exactly one of three things: a new event, a
 * duplicate, or a rejection; and it is counted as that.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #decoder: Decoder;
  #unique = 0;
  #duplicates = 0;
  #rejected = 0;
  #redelivered = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#decoder = new Decoder(options.types);
  }

  /** How many of each kind there have been. */
  get totals() {
    return {
      received: this.#unique + this.#duplicates + this.#rejected,
      unique: this.#unique,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      redelivered: this.#redelivered,
    };
  }

  /** Judges a delivery; a new event's id is seen from now on. */
  judge(delivery: Delivery): Event | Rejection | typeof DUPLICATE {
    if (delivery.redelivered) this.#redelivered++;
    const decoded = this.#decoder.decode(delivery);
    if (typeof decoded === "string") return this.#reject(delivery, decoded);
    if (!this.#options.accepts(decoded.type)) {
      return this.#reject(delivery, "unknown_type");
    }
    if (this.#isLastChance(delivery, decoded)) {
      return this.#reject(delivery, "delivery_limit");
    }
    if (!this.#options.seen.add(decoded.key)) {
      this.#duplicates++;
      return DUPLICATE;
    }
    this.#unique++;
    return decoded;
  }

  /** Whether the broker would drop it if it came back once more. */
  #isLastChance({ returns = 0 }: Delivery, event: Event): boolean {
    const { deliveryLimit, seen } = this.#options;
    return returns >= deliveryLimit - 1 && !seen.has(event.key);
  }

  #reject(
    delivery: Delivery,
    reason: RejectionReason,
  ): Rejection | typeof DUPLICATE {
    const { seen, clock } = this.#options;
    const rejection = rejectionOf(delivery, reason, clock.now());
    // A message that comes again because its ack got lost is recorded already.
    if (delivery.redelivered && seen.hasRejected(rejection.fingerprint)) {
      this.#duplicates++;
      return DUPLICATE;
    }
    seen.addRejected(rejection.fingerprint);
    this.#rejected++;
    return rejection;
  }
}
