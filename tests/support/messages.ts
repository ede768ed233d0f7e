import type { Delivery, Settlement } from "../../src/model/delivery.ts";

/** A message on its way, before a source made a delivery of it. */
export interface Message {
  readonly routingKey: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly redelivered?: boolean;
  /** Whether it was read from the record of a rejection. */
  readonly rejectedBefore?: boolean;
  /** How often it has come back, where the broker counts that. */
  readonly returns?: number;
}

/** The message of an event, as a publisher sends it. */
export function event(user: string, type: string, id: string): Message {
  return raw(`${user}.event.${type}`, JSON.stringify({ id }));
}

/** Events of user `a` whose ids are the UUIDs from one number to another. */
export function events(from: number, to: number, type = "created"): Message[] {
  return Array.from(
    { length: to - from },
    (_, i) => event("a", type, uuid(from + i)),
  );
}

/** A message with any routing key and any body. */
export function raw(
  routingKey: string,
  body: string | Uint8Array<ArrayBuffer>,
): Message {
  return { routingKey, body: typeof body === "string" ? bytes(body) : body };
}

/** The same messages, as the broker hands them out once more. */
export function again(messages: readonly Message[]): Message[] {
  return messages.map((message) => ({
    ...message,
    redelivered: true,
    ...(message.returns === undefined ? {} : { returns: message.returns + 1 }),
  }));
}

/** A delivery for tests that look at one only. */
export function deliveryOf(
  { routingKey, body, redelivered = false }: Message,
  settlement: Settlement = {
    ackUpTo: () => true,
    confirm: () => Promise.resolve(true),
  },
  tag = 1,
): Delivery {
  return { routingKey, body, redelivered, settlement, tag };
}

/** The canonical UUID with this number: 1 gives `00000000-…-000000000001`. */
export function uuid(number: number): string {
  const hex = number.toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A text in UTF-8. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
