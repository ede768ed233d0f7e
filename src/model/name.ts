/**
 * Bytes of UTF-8 that the name of a thing on a broker may have: one byte tells
 * how many there are (AMQP 0-9-1, 4.2.5.3).
 */
export const LONGEST_NAME = 255;

const encoder = new TextEncoder();

/** Whether a name cannot be sent. */
export function isTooLong(name: string): boolean {
  return encoder.encode(name).length > LONGEST_NAME;
}
