let format: Intl.NumberFormat | undefined;

/** A whole number with commas between its thousands. */
export function grouped(number: number): string {
  // Made once it is used: that takes some milliseconds, which no start needs.
  format ??= new Intl.NumberFormat("en-US");
  return format.format(number);
}

/** So many of something: `1 message`, `2,000 messages`. */
export function quantity(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** A size for people: `12.3 MiB`. */
export function size(bytes: number): string {
  const power = Math.min(
    Math.floor(Math.log2(Math.max(bytes, 1)) / 10),
    UNITS.length - 1,
  );
  const number = bytes / 1024 ** power;
  return `${number.toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** A moment for people, in UTC: `2026-11-24 10:00:00 UTC`. */
export function moment(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}
