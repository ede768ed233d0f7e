import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { type EventReader, eventReader } from "./event_reader.ts";
import { type IdPlace, USUAL_ID } from "./id_place.ts";
import { type KeyPattern, USUAL_KEY } from "./key_pattern.ts";
import { readRoutingKey, type Route, type TypeRule } from "./routing_key.ts";

/**
 * Routing keys remembered with their reading. A drain meets the same few
 * thousand users over and over, and a key that was read once costs one lookup.
 */
const ROUTES_REMEMBERED = 65_536;

/** Where messages say what happened. */
export interface MessageShape {
  /** Where the id stands. Default: in the body's member `id`. */
  readonly id?: IdPlace | undefined;
  /** How routing keys are read. Default: `<user>.event.<type>`. */
  readonly key?: KeyPattern | undefined;
}

/** Turns deliveries into events, or says why one cannot become one. */
export class Decoder {
  readonly #types: TypeRule;
  readonly #key: KeyPattern;
  readonly #readEvent: EventReader;
  readonly #routes = new Map<string, Route | RejectionReason>();

  /** @param types Which types are counted. */
  constructor(
    types: TypeRule,
    { id = USUAL_ID, key = USUAL_KEY }: MessageShape = {},
  ) {
    this.#types = types;
    this.#key = key;
    this.#readEvent = eventReader(id);
  }

  /**
   * Decodes one delivery. Never throws: every delivery becomes an event or a
   * reason. Where several reasons hold, the routing key's comes first.
   */
  decode(delivery: Delivery): Event | RejectionReason {
    if (delivery.malformed === true) return "bad_json";
    const route = this.#route(delivery.routingKey);
    return typeof route === "string" ? route : this.#readEvent(delivery, route);
  }

  #route(routingKey: string): Route | RejectionReason {
    let route = this.#routes.get(routingKey);
    if (route === undefined) {
      route = readRoutingKey(routingKey, this.#types, this.#key);
      if (this.#routes.size >= ROUTES_REMEMBERED) this.#routes.clear();
      this.#routes.set(routingKey, route);
    }
    return route;
  }
}
