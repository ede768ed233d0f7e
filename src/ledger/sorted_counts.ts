import { byCodePoint, type UserCount } from "../model/counts.ts";

/**
 * Adds up counts that are sorted by code point of the user, each user once, to
 * counts that are so as well. Only one of each is in memory at a time.
 */
export function addSorted(
  parts: readonly Iterable<UserCount>[],
): Iterable<UserCount> {
  if (parts.length <= 1) return parts[0] ?? [];
  const middle = parts.length >> 1;
  return addTwo(
    addSorted(parts.slice(0, middle)),
    addSorted(parts.slice(middle)),
  );
}

function* addTwo(
  left: Iterable<UserCount>,
  right: Iterable<UserCount>,
): Generator<UserCount, void, void> {
  const [ofLeft, ofRight] = [left[Symbol.iterator](), right[Symbol.iterator]()];
  let a = ofLeft.next(), b = ofRight.next();
  while (a.done !== true || b.done !== true) {
    const order = a.done === true
      ? 1
      : b.done === true
      ? -1
      : byCodePoint(a.value[0], b.value[0]);
    if (order < 0) yield a.value;
    else if (order > 0) yield b.value;
    else yield [a.value[0], a.value[1] + b.value[1]];
    if (order <= 0) a = ofLeft.next();
    if (order >= 0) b = ofRight.next();
  }
}
