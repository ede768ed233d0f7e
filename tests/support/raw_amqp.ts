/**
 * A second AMQP 0-9-1 client, as small as can be, so that the tests do not
 * prove amqplib with amqplib: one connection, one channel, publisher confirms.
 *
 * Frames and methods: https://www.rabbitmq.com/amqp-0-9-1-reference
 */

const FRAME_METHOD = 1, FRAME_HEADER = 2, FRAME_BODY = 3, FRAME_END = 0xce;

/** Method numbers: class in the upper, method in the lower half. */
const START = 0x000a000a, START_OK = 0x000a000b, TUNE = 0x000a001e;
const TUNE_OK = 0x000a001f, OPEN = 0x000a0028, OPEN_OK = 0x000a0029;
const CLOSE = 0x000a0032, CLOSE_OK = 0x000a0033;
const CHANNEL_OPEN = 0x0014000a, CHANNEL_OPEN_OK = 0x0014000b;
const CONFIRM_SELECT = 0x0055000a, CONFIRM_SELECT_OK = 0x0055000b;
const PUBLISH = 0x003c0028, ACK = 0x003c0050;
const BASIC_CLASS = 60;

const FRAME_MAX = 131_072;
const encoder = new TextEncoder();

/** Publishes persistent messages and knows which are confirmed. */
export class RawPublisher {
  readonly #connection: Deno.TcpConn;
  #received = new Uint8Array();
  /** Frames not sent yet: one write for many messages. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #published = 0;
  /** Tags of what is not confirmed yet; confirms may come in any order. */
  readonly #unconfirmed = new Set<number>();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to the broker of an `amqp://user:password@host:port` URL. */
  static async connect(url: string): Promise<RawPublisher> {
    const { hostname, port, username, password } = new URL(url);
    const publisher = new RawPublisher(
      await Deno.connect({ hostname, port: Number(port) }),
    );
    await publisher.#handshake(username || "guest", password || "guest");
    return publisher;
  }

  /**
   * Publishes to an exchange; the routing key may be any bytes.
   *
   * @param headers The fields of a table, as bytes. Default: no headers.
   */
  async publish(
    exchange: string,
    routingKey: string | Uint8Array,
    body: Uint8Array,
    headers?: Uint8Array,
  ): Promise<void> {
    const key = typeof routingKey === "string"
      ? encoder.encode(routingKey)
      : routingKey;
    const header = concat(
      short(BASIC_CLASS),
      short(0),
      longlong(body.length),
      // Property flags: headers, if there are any, and delivery mode.
      short(headers === undefined ? 0x1000 : 0x3000),
      headers === undefined ? [] : longstr(headers),
      [2], // persistent
    );
    const frames = [
      frame(
        FRAME_METHOD,
        1,
        concat(
          long(PUBLISH),
          short(0),
          shortstr(encoder.encode(exchange)),
          shortstr(key),
          [0],
        ),
      ),
      frame(FRAME_HEADER, 1, header),
    ];
    const most = FRAME_MAX - 8;
    for (let at = 0; at < body.length; at += most) {
      frames.push(frame(FRAME_BODY, 1, body.subarray(at, at + most)));
    }
    this.#pending.push(...frames);
    this.#pendingBytes += body.length;
    this.#unconfirmed.add(++this.#published);
    if (this.#pendingBytes > 65_536) await this.#flush();
  }

  /** Settles when the broker has confirmed everything published. */
  async confirmed(): Promise<void> {
    await this.#flush();
    while (this.#unconfirmed.size > 0) {
      const fields = await this.#expect(ACK);
      const tag = Number(fields.getBigUint64(0));
      const isMultiple = fields.getUint8(8) === 1;
      for (const waiting of isMultiple ? this.#unconfirmed : [tag]) {
        if (waiting <= tag) this.#unconfirmed.delete(waiting);
      }
    }
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    await this.#method(
      0,
      CLOSE,
      concat(short(200), shortstr([]), short(0), short(0)),
    );
    await this.#expect(CLOSE_OK);
    this.#connection.close();
  }

  async #handshake(user: string, password: string): Promise<void> {
    await this.#send(new Uint8Array([65, 77, 81, 80, 0, 0, 9, 1]));
    await this.#expect(START);
    await this.#method(
      0,
      START_OK,
      concat(
        long(0), // an empty table of client properties
        shortstr(encoder.encode("PLAIN")),
        longstr(encoder.encode(`\0${user}\0${password}`)),
        shortstr(encoder.encode("en_US")),
      ),
    );
    await this.#expect(TUNE);
    await this.#method(0, TUNE_OK, concat(short(1), long(FRAME_MAX), short(0)));
    await this.#method(
      0,
      OPEN,
      concat(shortstr(encoder.encode("/")), shortstr([]), [0]),
    );
    await this.#expect(OPEN_OK);
    await this.#method(1, CHANNEL_OPEN, shortstr([]));
    await this.#expect(CHANNEL_OPEN_OK);
    await this.#method(1, CONFIRM_SELECT, new Uint8Array([0]));
    await this.#expect(CONFIRM_SELECT_OK);
  }

  async #method(
    channel: number,
    method: number,
    fields: Uint8Array,
  ): Promise<void> {
    await this.#send(
      frame(FRAME_METHOD, channel, concat(long(method), fields)),
    );
  }

  /** The fields of the next method, which must be this one. */
  async #expect(method: number): Promise<DataView> {
    const head = await this.#read(7);
    const size = new DataView(head.buffer).getUint32(3);
    const payload = await this.#read(size + 1);
    const view = new DataView(payload.buffer);
    const got = view.getUint32(0);
    if (head[0] !== FRAME_METHOD || got !== method) {
      throw new Error(
        `Expected method ${method.toString(16)}, got ${got.toString(16)}: ${
          new TextDecoder().decode(payload)
        }`,
      );
    }
    return new DataView(payload.buffer, 4);
  }

  async #read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#received.length < size) {
      const chunk = new Uint8Array(65_536);
      const count = await this.#connection.read(chunk);
      if (count === null) throw new Error("The broker closed the connection");
      this.#received = concat(this.#received, chunk.subarray(0, count));
    }
    const taken = this.#received.slice(0, size);
    this.#received = this.#received.slice(size);
    return taken;
  }

  async #flush(): Promise<void> {
    await this.#send(concat(...this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }
}

type Bytes = ArrayLike<number>;

function concat(...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((length, part) => length + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function frame(type: number, channel: number, payload: Bytes): Uint8Array {
  return concat([type], short(channel), long(payload.length), payload, [
    FRAME_END,
  ]);
}

const short = (value: number) => [value >> 8 & 0xff, value & 0xff];
const long = (value: number) => [...short(value >>> 16), ...short(value)];
const longlong = (value: number) => [...long(0), ...long(value)];
const shortstr = (bytes: Bytes) => concat([bytes.length], bytes);
const longstr = (bytes: Bytes) => concat(long(bytes.length), bytes);
