/**
 * The "Did you mean" part of a message.
 *
 * @module
 */

/**
 * Counts the insertions, deletions and replacements between two texts.
 *
 * It keeps one row of the usual table: `row[column]` is the distance between
 * the part of `first` read so far and the first `column` letters of `second`.
 */
function editDistance(first: string, second: string): number {
  const target = [...second];
  let row = [0, ...target.map((_letter, index) => index + 1)];
  let line = 0;
  for (const letter of first) {
    line++;
    const next = [line];
    for (const [column, other] of target.entries()) {
      next.push(Math.min(
        (row[column] ?? 0) + (letter === other ? 0 : 1),
        (row[column + 1] ?? 0) + 1,
        (next[column] ?? 0) + 1,
      ));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * Names the candidate nearest to what the user wrote.
 *
 * As in Cliffy there is no limit to the distance, so a suggestion is made
 * whenever there is a candidate at all. Case does not count, and the first of
 * equally near candidates wins.
 *
 * @param kind What is suggested: `option`, `command` or `type`.
 * @param written What the user wrote.
 * @param candidates What there is.
 * @returns ` Did you mean option "--name"?`, or "" without candidates.
 */
export function suggestion(
  kind: string,
  written: string,
  candidates: readonly string[],
): string {
  let nearest: string | undefined;
  let shortest = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(
      written.toLowerCase(),
      candidate.toLowerCase(),
    );
    if (distance < shortest) {
      nearest = candidate;
      shortest = distance;
    }
  }
  return nearest ? ` Did you mean ${kind} "${nearest}"?` : "";
}
