import type { RejectionReason } from "../model/rejection.ts";
import type { InvalidMessage } from "./generated_message.ts";
import type { Random } from "./random.ts";

// The contract's limits, stated anew and not taken from the decoder: what is
// generated here tests the decoder.

/** Bodies above this must be rejected, in bytes (1 MiB). */
const BODY_LIMIT = 1024 * 1024;

/** Ids above this must be rejected, in bytes of UTF-8 (1 KiB). */
const ID_LIMIT = 1024;

/**
 * One invalid message in so many is too large. They come late in each round
 * of the others, and more of them would be most of the bytes of a run.
 */
const TOO_LARGE_EVERY = 1_000;

const encoder = new TextEncoder();

/** What one kind of invalid message is made from. */
interface Ingredients {
  readonly random: Random;
  /** A user of the run. */
  readonly userId: string;
  /** A type of the run. */
  readonly type: string;
  /** Every type of the run. */
  readonly types: readonly string[];
}

/** Makes one kind of invalid message. */
type Kind = (ingredients: Ingredients) => InvalidMessage;

/**
 * Every way to be rejected that a message can have which `*.event.*` routes
 * and whose type is checked against a list. Each carries something random;
 * equal ones come by repetition, see {@linkcode InvalidMessages}.
 */
const KINDS: readonly Kind[] = [
  // No user. The broker takes the empty text before the dot for a word, too.
  ({ random, type }) =>
    invalid("bad_routing_key", `.event.${type}`, good(random)),
  // No type.
  ({ random, userId }) =>
    invalid("bad_routing_key", `${userId}.event.`, good(random)),
  unknownType,
  // Cut off before the closing brace.
  (made) => badBody("bad_json", made, `{"id":"${made.random.uuid()}"`),
  notUtf8,
  (made) => bareJson(made, "null"),
  (made) => bareJson(made, "[]"),
  (made) => badBody("missing_id", made, `{"note":"${made.random.uuid()}"}`),
  (made) => badId(made, '""'),
  (made) => badId(made, String(made.random.next())),
  (made) => badId(made, "null"),
  (made) => badId(made, `"${tooLongId(made.random)}"`),
  notCompressed,
];

/** Earlier ones that are repeated. */
const REPEATED = 12;

/**
 * The invalid messages of one run: all kinds in turn, so that a run with 14 of
 * them has every one, and at most one in 1,000 is a body that is too large.
 * From then on half of them repeat one of the first, as a broken publisher
 * does: each is a message of its own all the same.
 */
export class InvalidMessages {
  readonly #random: Random;
  readonly #types: readonly string[];
  readonly #first: InvalidMessage[] = [];
  #made = 0;

  constructor(random: Random, types: readonly string[]) {
    this.#random = random;
    this.#types = types;
  }

  /** Makes the next one, about a user and a type of the run. */
  next(userId: string, type: string): InvalidMessage {
    const number = this.#made++;
    const ingredients = {
      random: this.#random,
      userId,
      type,
      types: this.#types,
    };
    if (number % TOO_LARGE_EVERY === KINDS.length) return tooLarge(ingredients);
    if (number > KINDS.length && this.#random.below(2) === 0) {
      return this.#first[this.#random.below(REPEATED)]!;
    }
    const message = KINDS[number % KINDS.length]!(ingredients);
    if (this.#first.length < REPEATED) this.#first.push(message);
    return message;
  }
}

function unknownType({ random, userId, types }: Ingredients): InvalidMessage {
  let type;
  do type = `unknown_${hex(random)}`; while (types.includes(type));
  return invalid("unknown_type", `${userId}.event.${type}`, good(random));
}

/** Perfect JSON to a reader who replaces bad bytes instead of refusing them. */
function notUtf8({ random, userId, type }: Ingredients): InvalidMessage {
  const body = encoder.encode(`{"id":"${random.uuid()}?"}`);
  body[body.length - '?"}'.length] = 0xff;
  return invalid("bad_json", `${userId}.event.${type}`, body);
}

/** It says that it is compressed, and would be good if it did not. */
function notCompressed({ random, userId, type }: Ingredients): InvalidMessage {
  const routingKey = `${userId}.event.${type}`;
  const properties = { contentEncoding: "gzip" };
  return { ...invalid("bad_encoding", routingKey, good(random)), properties };
}

/** There is no room in such a body for anything random: the user has it. */
function bareJson({ random, type }: Ingredients, body: string): InvalidMessage {
  const routingKey = `user_${hex(random)}${hex(random)}.event.${type}`;
  return invalid("bad_json", routingKey, encoder.encode(body));
}

function badId(made: Ingredients, id: string): InvalidMessage {
  const note = made.random.uuid();
  return badBody("bad_id", made, `{"id":${id},"note":"${note}"}`);
}

/** Too long in bytes, although it has far fewer characters than the limit. */
function tooLongId(random: Random): string {
  const uuid = random.uuid();
  return uuid + "é".repeat(Math.ceil((ID_LIMIT + 1 - uuid.length) / 2));
}

/** Perfect but for its size, which is one byte above the limit. */
function tooLarge({ random, userId, type }: Ingredients): InvalidMessage {
  const start = `{"id":"${random.uuid()}","padding":"`;
  const padding = "x".repeat(BODY_LIMIT + 1 - start.length - '"}'.length);
  const body = encoder.encode(`${start}${padding}"}`);
  return invalid("body_too_large", `${userId}.event.${type}`, body);
}

function badBody(
  reason: RejectionReason,
  { userId, type }: Ingredients,
  body: string,
): InvalidMessage {
  return invalid(reason, `${userId}.event.${type}`, encoder.encode(body));
}

function invalid(
  reason: RejectionReason,
  routingKey: string,
  body: Uint8Array,
): InvalidMessage {
  return { kind: "invalid", reason, routingKey, body };
}

function good(random: Random): Uint8Array {
  return encoder.encode(`{"id":"${random.uuid()}"}`);
}

function hex(random: Random): string {
  return random.next().toString(16).padStart(8, "0");
}
