import { isTooLong } from "../model/name.ts";

/**
 * How routing keys say who did what: words between dots, one of which is the
 * user and one the type. Only the user may be several words, so that every other
 * word has its place from the beginning or from the end.
 */
export interface KeyPattern {
  /** The words before the user. */
  readonly before: readonly string[];
  /** The words behind it, the last first. */
  readonly behind: readonly string[];
  /** The binding key that matches, with users of one word. */
  readonly binding: string;
}

/** Stands for one word or more. */
const USER = "<user>";

/** Stands for one word, which is the type. */
export const TYPE = "<type>";

/** Stands for any one word. */
export const ANY = "*";

/** `<user>.event.<type>` */
export const USUAL_KEY: KeyPattern = {
  before: [],
  behind: [TYPE, "event"],
  binding: "*.event.*",
};

/**
 * Reads a pattern of words between dots: `<user>` and `<type>`, once each, `*`,
 * and fixed ones.
 *
 * @returns The pattern, or nothing if the text is none.
 */
export function parseKeyPattern(text: string): KeyPattern | undefined {
  const words = text.split(".");
  const user = words.indexOf(USER);
  const others = words.toSpliced(user, 1);
  const isRight = user >= 0 && others.filter(isType).length === 1 &&
    others.every((word) => isType(word) || word === ANY || isFixed(word));
  const binding = words.map((word) => isFixed(word) ? word : ANY).join(".");
  if (!isRight || isTooLong(binding)) return undefined;
  return {
    before: words.slice(0, user),
    behind: words.slice(user + 1).reverse(),
    binding,
  };
}

function isType(word: string): boolean {
  return word === TYPE;
}

/** One that is nearly something else is a mistake, and so is none at all. */
function isFixed(word: string): boolean {
  return /^[^<>*#]+$/.test(word);
}
