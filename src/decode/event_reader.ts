import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RejectionReason } from "../model/rejection.ts";
import { readBody, readBodyAt } from "./body.ts";
import { decompress } from "./decompress.ts";
import { eventOf } from "./event_of.ts";
import type { IdPlace } from "./id_place.ts";
import { REPLACEMENT, type Route } from "./routing_key.ts";

/** Reads the event that a delivery brings, of which the route is known. */
export type EventReader = (
  delivery: Delivery,
  route: Route,
) => Event | RejectionReason;

/** Chooses, once for a run, how events are read. */
export function eventReader(place: IdPlace): EventReader {
  if (place.in === "message-id") {
    return ({ properties }, route) => withId(properties?.messageId, route);
  }
  if (place.in === "header") {
    const { name } = place;
    return ({ properties: { headers = {} } = {} }, route) =>
      withId(Object.hasOwn(headers, name) ? headers[name] : undefined, route);
  }
  const { path } = place;
  return path.length === 1 && path[0] === "id"
    ? inBody(readBody)
    : inBody((body, route) => readBodyAt(path, body, route));
}

/** The id of a property. The body may be anything: nobody looks at it. */
function withId(id: unknown, route: Route): Event | RejectionReason {
  if (id === undefined) return "missing_id";
  if (typeof id === "string" && id.includes(REPLACEMENT)) return "bad_id";
  return eventOf(id, route);
}

function inBody(
  read: (body: Uint8Array, route: Route) => Event | RejectionReason,
): EventReader {
  return ({ body, properties }, route) => {
    const encoding = properties?.contentEncoding;
    if (encoding === undefined) return read(body, route);
    const plain = decompress(body, encoding);
    return typeof plain === "string" ? plain : read(plain, route);
  };
}
