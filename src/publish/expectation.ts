import { byCodePoint } from "../model/counts.ts";
import type { RejectionReason } from "../model/rejection.ts";
import type { GeneratedEvent, GeneratedMessage } from "./generated_message.ts";

/**
 * What a correct count must give for the messages that were published,
 * gathered one by one.
 *
 * The tests take it for the truth. So it knows nothing of how messages are
 * decoded, and writes `<type>.json` by itself although `src/output` does so
 * too: two programs that share their code share their mistakes.
 */
export class Expectation {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #reasons = new Map<RejectionReason, number>();
  #fresh = 0;
  #duplicates = 0;
  #invalid = 0;
  readonly #note: (event: GeneratedEvent) => void;

  /** @param note Called with each event that must be counted. */
  constructor(note: (event: GeneratedEvent) => void = () => {}) {
    this.#note = note;
  }

  /** Adds one published message. */
  add(message: GeneratedMessage): void {
    switch (message.kind) {
      case "new":
        this.#fresh++;
        this.#count(message.event.type, message.event.userId);
        this.#note(message.event);
        break;
      case "duplicate":
        this.#duplicates++;
        break;
      case "invalid":
        this.#invalid++;
        this.#reasons.set(
          message.reason,
          (this.#reasons.get(message.reason) ?? 0) + 1,
        );
        break;
    }
  }

  /** Messages added. */
  get published(): number {
    return this.#fresh + this.#duplicates + this.#invalid;
  }

  /** Those that must be counted. */
  get fresh(): number {
    return this.#fresh;
  }

  /** Those that repeat an earlier one. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Those that must be rejected. */
  get invalid(): number {
    return this.#invalid;
  }

  /** How many must be rejected for which reason; no reason has 0. */
  get reasons(): ReadonlyMap<RejectionReason, number> {
    return this.#reasons;
  }

  /** Events per type and user. */
  get counts(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#counts;
  }

  /** Each file that a correct count leaves, `<type>.json`, with its text. */
  *files(): Generator<[name: string, text: string], void, void> {
    for (const [type, users] of this.#counts) {
      const members = [...users]
        .sort(([left], [right]) => byCodePoint(left, right))
        .map(([user, count]) => `  ${JSON.stringify(user)}: ${count}`);
      yield [`${type}.json`, `{\n${members.join(",\n")}\n}\n`];
    }
  }

  #count(type: string, userId: string): void {
    let users = this.#counts.get(type);
    if (users === undefined) this.#counts.set(type, users = new Map());
    users.set(userId, (users.get(userId) ?? 0) + 1);
  }
}
