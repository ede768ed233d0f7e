/**
 * A UUID as four signed 32-bit words, the most significant first: 16 bytes
 * instead of 36 characters, and nothing to hash.
 *
 * Only the canonical text form (RFC 9562 §4: lower case, hyphens at 8-4-4-4-12)
 * is read as a UUID; any other spelling stays text, so no two different ids
 * ever become equal.
 */
export class Uuid {
  /** Takes the words as they are, any 32 bits each. */
  constructor(
    /** Bits 0 to 31, the most significant. */
    readonly a: number,
    /** Bits 32 to 63. */
    readonly b: number,
    /** Bits 64 to 95. */
    readonly c: number,
    /** Bits 96 to 127. */
    readonly d: number,
  ) {}

  /** The canonical text form. */
  toString(): string {
    const a = hex(this.a), b = hex(this.b), c = hex(this.c), d = hex(this.d);
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${
      c.slice(4)
    }${d}`;
  }
}

/** Length of the canonical text form, in characters (and bytes). */
export const UUID_TEXT_LENGTH = 36;

/** Bytes that a UUID takes where many stand one after another. */
export const UUID_BYTES = 16;

/**
 * The value of each ASCII character as a lower-case hexadecimal digit; 16 for
 * everything else, so that a bad digit sets a bit which survives every `|`.
 */
const DIGIT = new Uint8Array(256).fill(16);
for (let value = 0; value < 16; value++) {
  DIGIT[value.toString(16).charCodeAt(0)] = value;
}

const HYPHEN = 0x2d;

/**
 * Reads a UUID straight from UTF-8 bytes, without making a string.
 *
 * @param bytes Where to read from.
 * @param at Offset of the first of its 36 bytes.
 * @returns The UUID, or `undefined` if the bytes there are not its canonical
 * form.
 */
export function readUuid(bytes: Uint8Array, at: number): Uuid | undefined {
  if (
    at + UUID_TEXT_LENGTH > bytes.length || bytes[at + 8] !== HYPHEN ||
    bytes[at + 13] !== HYPHEN ||
    bytes[at + 18] !== HYPHEN || bytes[at + 23] !== HYPHEN
  ) return undefined;
  // Each call gathers the "not a digit" bits of its digits in `bad`.
  bad = 0;
  const a = half(bytes, at) << 16 | half(bytes, at + 4);
  const b = half(bytes, at + 9) << 16 | half(bytes, at + 14);
  const c = half(bytes, at + 19) << 16 | half(bytes, at + 24);
  const d = half(bytes, at + 28) << 16 | half(bytes, at + 32);
  return bad === 0 ? new Uuid(a, b, c, d) : undefined;
}

/** As {@linkcode readUuid}, from text: the whole of it must be one UUID. */
export function parseUuid(text: string): Uuid | undefined {
  if (text.length !== UUID_TEXT_LENGTH) return undefined;
  for (let i = 0; i < UUID_TEXT_LENGTH; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return undefined;
    scratch[i] = code;
  }
  return readUuid(scratch, 0);
}

/** Reads a UUID from its 16 bytes, the most significant first. */
export function packedUuid(packed: Uint8Array): Uuid {
  const view = new DataView(packed.buffer, packed.byteOffset, UUID_BYTES);
  return new Uuid(
    view.getInt32(0),
    view.getInt32(4),
    view.getInt32(8),
    view.getInt32(12),
  );
}

const scratch = new Uint8Array(UUID_TEXT_LENGTH);
let bad = 0;

/** Four hexadecimal digits as a number of 16 bits. */
function half(bytes: Uint8Array, at: number): number {
  const p = DIGIT[bytes[at]!]!, q = DIGIT[bytes[at + 1]!]!;
  const r = DIGIT[bytes[at + 2]!]!, s = DIGIT[bytes[at + 3]!]!;
  bad |= (p | q | r | s) & 16;
  return p << 12 | q << 8 | r << 4 | s;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
