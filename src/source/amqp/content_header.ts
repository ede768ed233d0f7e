/** Properties of a message, by the names that amqplib gives them. */
export type Properties = Record<string, unknown>;

/** The content header of a message (AMQP 0-9-1, 2.3.5.2). */
export interface ContentHeader {
  readonly classId: number;
  /** Bytes of the body that follows. */
  readonly size: number;
  readonly properties: Properties;
}

/** In the order of their flags, of which the first is the highest bit. */
const PROPERTIES = [
  ["contentType", "s"],
  ["contentEncoding", "s"],
  ["headers", "F"],
  ["deliveryMode", "B"],
  ["priority", "B"],
  ["correlationId", "s"],
  ["replyTo", "s"],
  ["expiration", "s"],
  ["messageId", "s"],
  ["timestamp", "T"],
  ["type", "s"],
  ["userId", "s"],
  ["appId", "s"],
  ["clusterId", "s"],
] as const;

/**
 * Reads the payload of a header frame. What is not understood is left out, with
 * what follows it in the same table: a message is more than its headers.
 */
export function readContentHeader(payload: Uint8Array): ContentHeader {
  const reader = new Reader(payload);
  const classId = reader.uint16();
  reader.skip(2); // the weight, which is unused
  const size = reader.int64();
  const flags = reader.uint16();
  const properties: Properties = {};
  PROPERTIES.forEach(([name, kind], i) => {
    if ((flags >> (15 - i) & 1) === 0) return;
    properties[name] = kind === "s" ? reader.shortString() : reader.value(kind);
  });
  return { classId, size, properties };
}

/** It keeps what looks like a byte order mark, as amqplib does. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads values one after another. The tags are those of RabbitMQ and its
 * clients (https://www.rabbitmq.com/amqp-0-9-1-errata#section_3), and `L` and
 * `U`, which the specification has besides (4.2.1).
 */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  skip(bytes: number): number {
    this.#at += bytes;
    return this.#at - bytes;
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2));
  }

  int64(): number {
    return Number(this.#view.getBigInt64(this.skip(8)));
  }

  shortString(): string {
    return decoder.decode(this.#take(this.#view.getUint8(this.skip(1))));
  }

  /** @throws If the tag is not known: nobody can tell how long the value is. */
  value(tag: string): unknown {
    switch (tag) {
      case "t":
        return this.#view.getUint8(this.skip(1)) !== 0;
      case "b":
        return this.#view.getInt8(this.skip(1));
      case "B":
        return this.#view.getUint8(this.skip(1));
      case "s":
      case "U":
        return this.#view.getInt16(this.skip(2));
      case "u":
        return this.uint16();
      case "I":
        return this.#view.getInt32(this.skip(4));
      case "i":
        return this.#view.getUint32(this.skip(4));
      case "l":
      case "L":
      case "T":
        return this.int64();
      case "f":
        return this.#view.getFloat32(this.skip(4));
      case "d":
        return this.#view.getFloat64(this.skip(8));
      case "D": {
        const places = this.#view.getUint8(this.skip(1));
        return this.#view.getInt32(this.skip(4)) / 10 ** places;
      }
      case "S":
        return decoder.decode(this.#rest());
      case "x":
        return this.#rest();
      case "A":
        return this.#array();
      case "F":
        return this.#table();
      case "V":
        return null;
      default:
        throw new RangeError(`no field has the tag "${tag}"`);
    }
  }

  #take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.#bytes.subarray(start, this.#at);
  }

  /** What is as long as the 32-bit number before it says. */
  #rest(): Uint8Array {
    return this.#take(this.#view.getUint32(this.skip(4)));
  }

  #tagged(): unknown {
    return this.value(String.fromCharCode(this.#view.getUint8(this.skip(1))));
  }

  #array(): unknown[] {
    const values: unknown[] = [];
    this.#within((inner) => values.push(inner.#tagged()));
    return values;
  }

  #table(): Record<string, unknown> {
    const table: Record<string, unknown> = Object.create(null);
    this.#within((inner) => table[inner.shortString()] = inner.#tagged());
    return table;
  }

  /** Reads item after item, to the end or to what nobody understands. */
  #within(readItem: (inner: Reader) => void): void {
    const bytes = this.#rest();
    const inner = new Reader(bytes);
    try {
      while (inner.#at < bytes.length) readItem(inner);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}
