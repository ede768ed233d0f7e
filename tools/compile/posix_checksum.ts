/**
 * The checksum that POSIX's `cksum` prints: CRC-32 with the polynomial
 * 0x04c11db7 over the bytes and then the length, lowest byte first
 * (POSIX.1-2017, cksum).
 */
export function posixChecksum(bytes: Uint8Array): number {
  let sum = 0;
  const add = (byte: number) => {
    sum = (sum << 8) ^ TABLE[(sum >>> 24) ^ byte]!;
  };
  for (const byte of bytes) add(byte);
  for (let rest = bytes.length; rest > 0; rest = Math.floor(rest / 256)) {
    add(rest % 256);
  }
  return ~sum >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) {
    value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  }
  return value;
});
