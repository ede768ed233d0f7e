import type { StreamMessage } from "../support/stream_of_events.ts";
import type { Choices } from "../fault/seed.ts";

const TYPES = ["created", "updated", "deleted"] as const;

/** They are called `user0`, `user1` and so on. */
export const USERS = 1_000;

/** Of a thousand messages, so many repeat an earlier one, or are no event. */
const DUPLICATES = 100;
const INVALID = 1;

/** That of every message that must be rejected. */
const BAD_KEY = "user0.event.created";

const encoder = new TextEncoder();

/** A message, and whether it must be rejected. */
export interface EndlessMessage extends StreamMessage {
  readonly isBad: boolean;
}

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
  /** Messages that must be rejected so far, no two of them equal. */
  rejected = 0;
  /** Messages so far. */
  size = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  /** The next message. */
  next(): EndlessMessage {
    this.size++;
    const dice = this.#choices.between(1, 1_000);
    if (dice <= INVALID) {
      const body = encoder.encode(badBody(this.rejected++));
      return { routingKey: BAD_KEY, body, isBad: true };
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

  /** The lines of `rejected.ndjson` as they must be by now, each once. */
  rejections(): Set<string> {
    return new Set(
      Array.from(
        { length: this.rejected },
        (_, i) => `${BAD_KEY} ${badBody(i)}`,
      ),
    );
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

function badBody(number: number): string {
  return `{"no":"id","number":${number}`;
}

function messageOf(number: number): EndlessMessage {
  const { mixed, user, type } = eventOf(number);
  const id = `${hex(mixed, 8)}-${hex(mix(mixed) & 0xffff, 4)}-4000-8000-${
    hex(number, 12)
  }`;
  return {
    routingKey: `${user}.event.${type}`,
    body: encoder.encode(`{"id":"${id}"}`),
    isBad: false,
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
