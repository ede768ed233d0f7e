/**
 * How PostgreSQL writes values. What the ledger sends are arrays in their binary
 * format, big-endian (`array_recv` in its `arrayfuncs.c`), which cost least;
 * what it reads comes as text, all that the package `pg` can read.
 */
import { Buffer } from "node:buffer";

/** The numbers of types, as PostgreSQL's catalogue `pg_type.dat` has them. */
export const TYPE = {
  boolean: 16,
  bytes: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  integers: 1007,
  uuid: 2950,
} as const;

/** A value that a row may hold here. */
export type Value = number | string | boolean | Uint8Array | number[] | null;

/** How to read values of a type from their texts. */
export function readerFor(type: number): (text: string) => Value {
  return READERS.get(type) ?? ((text) => text);
}

const READERS = new Map<number, (text: string) => Value>([
  [TYPE.boolean, (text) => text === "t"],
  [TYPE.bigint, Number],
  [TYPE.integer, Number],
  [TYPE.bytes, (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"))],
  [TYPE.integers, (text) => text.slice(1, -1).split(",").map(Number)],
]);

/** An array's header: dimensions, has-null flag, type, length, lower bound. */
const ARRAY_HEADER = 20;

/** Length of the field that tells an element's length. */
const LENGTH_FIELD = 4;

/** An array of one dimension whose elements all have the same length. */
export class FixedArray {
  /** The parameter. */
  readonly buffer: Buffer<ArrayBuffer>;
  readonly #elementLength: number;

  /** Makes one of so many elements, to be filled. */
  constructor(type: number, length: number, elementLength: number) {
    const room = ARRAY_HEADER + length * (LENGTH_FIELD + elementLength);
    this.buffer = Buffer.allocUnsafeSlow(room);
    this.#elementLength = elementLength;
    writeHeader(this.buffer, type, length, false);
    for (let i = 0; i < length; i++) {
      this.buffer.writeInt32BE(elementLength, this.offset(i) - LENGTH_FIELD);
    }
  }

  /** Where an element begins in the buffer. */
  offset(index: number): number {
    return ARRAY_HEADER + index * (LENGTH_FIELD + this.#elementLength) +
      LENGTH_FIELD;
  }
}

/** Packs elements, given in their binary forms, as an array of a type. */
export function packArray(
  type: number,
  elements: readonly (Uint8Array | null)[],
): Buffer {
  let room = ARRAY_HEADER;
  for (const element of elements) room += LENGTH_FIELD + (element?.length ?? 0);
  const packed = Buffer.allocUnsafeSlow(room);
  writeHeader(packed, type, elements.length, elements.includes(null));
  let at = ARRAY_HEADER;
  for (const element of elements) {
    at = packed.writeInt32BE(element?.length ?? -1, at);
    if (element === null) continue;
    packed.set(element, at);
    at += element.length;
  }
  return packed;
}

/** Packs texts as a `text[]`. None may hold a NUL or a lone surrogate. */
export function packTexts(texts: readonly (string | null)[]): Buffer {
  return packArray(
    TYPE.text,
    texts.map((text) => text === null ? null : utf8.encode(text)),
  );
}

/** Packs whole numbers as a `bigint[]`. */
export function packNumbers(numbers: readonly number[]): Buffer {
  const array = new FixedArray(TYPE.bigint, numbers.length, 8);
  for (let i = 0; i < numbers.length; i++) {
    array.buffer.writeBigInt64BE(BigInt(numbers[i]!), array.offset(i));
  }
  return array.buffer;
}

function writeHeader(
  array: Buffer,
  type: number,
  length: number,
  hasNull: boolean,
): void {
  array.writeInt32BE(1, 0);
  array.writeInt32BE(hasNull ? 1 : 0, 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(length, 12);
  array.writeInt32BE(1, 16);
}

const utf8 = new TextEncoder();
