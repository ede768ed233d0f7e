import { EventCounterError, EXIT } from "../model/errors.ts";
import type { GeneratedMessage, NewMessage } from "./generated_message.ts";
import { InvalidMessages } from "./invalid_messages.ts";
import { Random } from "./random.ts";

/** What to generate. */
export interface GeneratorOptions {
  /** Messages in all, from 1 to 4,294,967,296. */
  readonly size: number;
  /** Users they are about, from 1 to 4,294,967,296. */
  readonly users: number;
  /** Types of events, at least one, each a single word. */
  readonly types: readonly string[];
  /** Part of the messages that repeat an earlier one, from 0 to 1. */
  readonly duplicates: number;
  /** Part of the messages that cannot be counted, from 0 to 1. */
  readonly invalid: number;
  /** Decides every byte; a whole number from 0 to 4,294,967,295. */
  readonly seed: number;
}

/**
 * A duplicate repeats one of the last so many new messages: repetitions that
 * lie far apart as well as close ones, in bounded memory.
 */
const REMEMBERED = 10_000;

/** The first users are named after letters, as those of the challenge. */
const LETTERS = "abcde";

/**
 * Generates messages, one when asked for the next, with exactly `size` ×
 * `duplicates` duplicates and `size` × `invalid` invalid ones, both rounded,
 * at random places. The same options give the same messages, byte for byte.
 *
 * @throws {EventCounterError} 2 if the two parts leave no room: together they
 * are at most 1, and there is a new message for the duplicates to repeat.
 */
export function generateMessages(
  options: GeneratorOptions,
): Generator<GeneratedMessage, void, void> {
  const { size, duplicates, invalid } = options;
  const counts: Counts = {
    duplicates: Math.round(size * duplicates),
    invalid: Math.round(size * invalid),
  };
  const fresh = size - counts.duplicates - counts.invalid;
  if (
    duplicates + invalid > 1 || fresh < 0 ||
    (fresh === 0 && counts.duplicates > 0)
  ) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot make messages with --size ${size}, --duplicates ${duplicates} and --invalid ${invalid}: ` +
        `${counts.duplicates} would be duplicates and ${counts.invalid} invalid, ` +
        "which leaves no new one to repeat; lower one of the two or raise --size",
    );
  }
  return generate(options, counts);
}

/** The name of a user by number, from 0: `user_a` … `user_e`, `user_6` … */
export function userName(number: number): string {
  return `user_${LETTERS[number] ?? number + 1}`;
}

interface Counts {
  readonly duplicates: number;
  readonly invalid: number;
}

function* generate(
  { size, users, types, seed }: GeneratorOptions,
  counts: Counts,
): Generator<GeneratedMessage, void, void> {
  const random = new Random(seed);
  const invalidMessages = new InvalidMessages(random, types);
  const originals: NewMessage[] = [];
  let { duplicates, invalid } = counts;
  let made = 0;
  for (let left = size; left > 0; left--) {
    // Selection sampling (Knuth, 3.4.2, algorithm S): among the messages still
    // to come each kind has its exact number, so its chance is that part.
    const drawn = random.below(left);
    if (drawn < invalid) {
      invalid--;
      yield invalidMessages.next(...subject(random, users, types));
    } else if (drawn < invalid + duplicates && made > 0) {
      duplicates--;
      const original = originals[random.below(originals.length)]!;
      yield { ...original, kind: "duplicate" };
    } else {
      // Also where a duplicate was drawn before there is anything to repeat.
      const message = newMessage(random, ...subject(random, users, types));
      originals[made++ % REMEMBERED] = message;
      yield message;
    }
  }
}

function subject(
  random: Random,
  users: number,
  types: readonly string[],
): [userId: string, type: string] {
  return [userName(random.below(users)), types[random.below(types.length)]!];
}

const encoder = new TextEncoder();

function newMessage(random: Random, userId: string, type: string): NewMessage {
  const id = random.uuid();
  return {
    kind: "new",
    routingKey: `${userId}.event.${type}`,
    body: encoder.encode(`{"id":"${id}"}`),
    event: { userId, type, id },
  };
}
