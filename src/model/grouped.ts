/** A whole number with commas between its thousands. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
