/** What the first bytes of an AMQP 0-9-1 frame say. */
export interface FrameHead {
  /** Where the frame begins among the bytes it was found in. */
  readonly at: number;
  /** Class in the upper, method in the lower half; 0 for other frames. */
  readonly method: number;
}

/** Bytes that can be passed on, and the frames that begin in them. */
export interface Split {
  readonly bytes: Uint8Array;
  readonly heads: readonly FrameHead[];
}

const METHOD_FRAME = 1;

/** Type, channel and size stand before the payload. */
const HEAD = 7;

/** A method frame's payload begins with the number of its method. */
const METHOD_HEAD = HEAD + 4;

/** The octet that ends a frame. */
const END = 1;

/**
 * Finds where frames begin in a stream of AMQP 0-9-1, whatever the pieces are
 * that it comes in. It never waits for a whole frame: only the beginning of a
 * frame, some eleven bytes, is held back until it is complete.
 */
export class FrameSplitter {
  /** Bytes before the next frame begins. */
  #rest: number;
  #held = new Uint8Array();

  /** @param greeting Bytes that come before the first frame. */
  constructor(greeting: number) {
    this.#rest = greeting;
  }

  /** Takes the next piece of the stream. */
  split(piece: Uint8Array): Split {
    const bytes = this.#held.length === 0 ? piece : joined(this.#held, piece);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const heads: FrameHead[] = [];
    let at = this.#rest;
    while (at + HEAD <= bytes.length) {
      const isMethod = view.getUint8(at) === METHOD_FRAME;
      if (isMethod && at + METHOD_HEAD > bytes.length) break;
      heads.push({ at, method: isMethod ? view.getUint32(at + HEAD) : 0 });
      at += HEAD + view.getUint32(at + 3) + END;
    }
    const complete = Math.min(at, bytes.length);
    this.#rest = at - complete;
    this.#held = bytes.slice(complete);
    return { bytes: bytes.subarray(0, complete), heads };
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}
