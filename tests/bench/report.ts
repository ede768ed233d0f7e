/** The middle one of some numbers; of an even number, the mean of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A rate with commas between its thousands. */
export function perSecond(count: number, milliseconds: number): string {
  return Math.round(count / milliseconds * 1_000).toLocaleString("en-US") +
    "/s";
}

/** Prints a heading and what it is about. */
export function heading(title: string, about: string): void {
  console.log(`\n${title}\n${about}`);
}
