import type { MessageProperties } from "../model/message_properties.ts";
import type { RejectionReason } from "../model/rejection.ts";

/** What an event says, in the publisher's own words. */
export interface GeneratedEvent {
  readonly userId: string;
  readonly type: string;
  readonly id: string;
}

/** What is sent. */
export interface Message {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly properties?: MessageProperties | undefined;
}

/** A message with an event that no earlier message of the run had. */
export interface NewMessage extends Message {
  readonly kind: "new";
  readonly event: GeneratedEvent;
}

/** An earlier message once more, byte for byte. */
export interface DuplicateMessage extends Message {
  readonly kind: "duplicate";
  readonly event: GeneratedEvent;
}

/** A message that no count may accept, with the reason it must give. */
export interface InvalidMessage extends Message {
  readonly kind: "invalid";
  readonly reason: RejectionReason;
}

/** A message, and what a correct count must make of it. */
export type GeneratedMessage = NewMessage | DuplicateMessage | InvalidMessage;
