import { EventCounterError, EXIT } from "../../model/errors.ts";

/** Bytes a line may have; a text of more could not be made of it (256 MiB). */
export const LINE_LIMIT = 256 * 1024 * 1024;

const NEWLINE = 0x0a;
/** What some programs write at the beginning of UTF-8; it is no text. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const SPACE_BYTES = new Set([0x20, 0x09, 0x0d]);

/**
 * Splits bytes into lines, without their newlines; blank ones are left out.
 * The last may lack its newline, and the first may begin with a byte order mark,
 * which is left out.
 *
 * @returns The lines of each piece of input together.
 * @throws {EventCounterError} 65 if a line is longer than `limit`.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  name: string,
  limit = LINE_LIMIT,
): AsyncGenerator<Uint8Array<ArrayBuffer>[]> {
  /** Pieces of the line that is not complete yet. */
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 1;

  for await (const chunk of input) {
    const lines: Uint8Array<ArrayBuffer>[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      pieces.push(chunk.subarray(start, end < 0 ? chunk.length : end));
      length += pieces.at(-1)!.length;
      if (length > limit) {
        throw new EventCounterError(
          EXIT.badInput,
          `Cannot read ${name}: line ${number} is longer than ${limit} bytes; split it or leave it out`,
        );
      }
      if (end < 0) break;
      lines.push(lineOf(pieces, length, number));
      pieces = [];
      length = 0;
      number++;
      start = end + 1;
    }
    yield lines.filter(isNotBlank);
  }
  yield [lineOf(pieces, length, number)].filter(isNotBlank);
}

/** @param number The first line may begin with a byte order mark. */
function lineOf(
  pieces: readonly Uint8Array[],
  length: number,
  number: number,
): Uint8Array<ArrayBuffer> {
  const line = join(pieces, length);
  const isMarked = number === 1 &&
    BYTE_ORDER_MARK.every((byte, index) => line[index] === byte);
  return isMarked ? line.subarray(BYTE_ORDER_MARK.length) : line;
}

function join(
  pieces: readonly Uint8Array[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    line.set(piece, at);
    at += piece.length;
  }
  return line;
}

function isNotBlank(line: Uint8Array): boolean {
  return line.some((byte) => !SPACE_BYTES.has(byte));
}
