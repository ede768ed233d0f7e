import type { StreamMessage } from "../support/stream_of_events.ts";
import type { Choices } from "./seed.ts";

const TYPES = ["created", "updated", "deleted"] as const;
const USERS = 1_000;

/** Of a thousand messages, so many repeat an earlier one, or are no event. */
const DUPLICATES = 100;
const INVALID = 1;

const encoder = new TextEncoder();

/**
 * A stream without an end, and what a correct count of it gives so far. Every
 * event follows from its number, so none has to be remembered.
 */
export class EndlessStream {
  readonly #choices: Choices;
  readonly #counts = new Map<string, Map<string, number>>(
    TYPES.map((type) => [type, new Map()]),
  );
  /** Different events so far. */
  unique = 0;
  /** Messages that must be rejected so far. */
  rejected = 0;
  /** Messages so far. */
  size = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  /** The next message. */
  next(): StreamMessage {
    this.size++;
    const dice = this.#choices.between(1, 1_000);
    if (dice <= INVALID) {
      const body = `{"no":"id","number":${this.rejected++}`;
      return { routingKey: "a.event.created", body: encoder.encode(body) };
    }
    if (dice <= INVALID + DUPLICATES && this.unique > 0) {
      return messageOf(this.#choices.between(0, this.unique - 1));
    }
    const number = this.unique++;
    const { user, type } = eventOf(number);
    const users = this.#counts.get(type)!;
    users.set(user, (users.get(user) ?? 0) + 1);
    return messageOf(number);
  }

  /** `<type>.json` by file name, as they must be by now. */
  files(): Map<string, string> {
    return new Map([...this.#counts].map(([type, users]) => {
      const sorted = Object.fromEntries([...users].sort());
      return [`${type}.json`, `${JSON.stringify(sorted, null, 2)}\n`];
    }));
  }
}

function eventOf(number: number) {
  const mixed = mix(number);
  const user = `user${mixed % USERS}`;
  return { mixed, user, type: TYPES[(mixed >>> 16) % TYPES.length]! };
}

function messageOf(number: number): StreamMessage {
  const { mixed, user, type } = eventOf(number);
  const id = `${hex(mixed, 8)}-${hex(mix(mixed) & 0xffff, 4)}-4000-8000-${
    hex(number, 12)
  }`;
  return {
    routingKey: `${user}.event.${type}`,
    body: encoder.encode(`{"id":"${id}"}`),
  };
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}

/** Spreads a number over 32 bits (the finish of MurmurHash3). */
function mix(number: number): number {
  let mixed = number ^ number >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return (mixed ^ mixed >>> 16) >>> 0;
}
