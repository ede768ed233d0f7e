/**
 * Every sequence of these items, the empty one included, up to a length: small
 * cases, but all of them, where a random choice would leave some out.
 */
export function* everySequence<T>(
  items: readonly T[],
  maxLength: number,
): Generator<T[]> {
  yield [];
  if (maxLength === 0) return;
  for (const rest of everySequence(items, maxLength - 1)) {
    for (const item of items) yield [...rest, item];
  }
}
