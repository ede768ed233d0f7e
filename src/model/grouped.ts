let format: Intl.NumberFormat | undefined;

/** A whole number with commas between its thousands. */
export function grouped(number: number): string {
  // Made once it is used: that takes some milliseconds, which no start needs.
  format ??= new Intl.NumberFormat("en-US");
  return format.format(number);
}
