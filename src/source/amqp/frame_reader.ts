import { readContentHeader } from "./content_header.ts";

/** What amqplib's connection has for itself, as far as it is used here. */
interface FrameReceiver {
  /** What has come and is no whole frame yet, or was not looked at. */
  rest: Uint8Array;
  /** Takes the next frame out of it, decoded; false if there is none. */
  recvFrame(): unknown;
  /** Whether something has come since somebody looked for a sign of life. */
  recvSinceLastCheck: boolean;
  /** The socket; amqplib takes frames whenever it says that it can be read. */
  readonly stream: { emit(event: "readable"): boolean };
}

/** Type, channel and size come before the payload of a frame, its end after. */
const HEAD_SIZE = 7, END_SIZE = 1;

const HEADER_FRAME = 2;

/**
 * Stands around the one method by which a connection of amqplib receives
 * frames.
 *
 * It reads every message. amqplib's own decoder throws at headers of types that
 * it does not know, which ends the connection; and the message comes again on
 * the next one. Other clients send such types: py-amqp (kombu, Celery) writes
 * integers beyond 31 bits with the tag `L`.
 *
 * And it can pause, which amqplib cannot: then the socket is not read, and the
 * broker is slowed down.
 */
export class FrameReader {
  readonly #connection: FrameReceiver;
  readonly #receive: () => unknown;
  #isPaused = false;

  /**
   * @param connection `ChannelModel.connection`, before anything is consumed.
   * @throws If it is not built like that of the version this was written for.
   */
  constructor(connection: object) {
    if (!isFrameReceiver(connection)) {
      throw new TypeError("amqplib receives frames in another way than it did");
    }
    this.#connection = connection;
    this.#receive = connection.recvFrame.bind(connection);
    connection.recvFrame = () => this.#isPaused ? false : this.#next();
    let hasCome = connection.recvSinceLastCheck;
    // Who is not read cannot give a sign of life, and needs to give none.
    Object.defineProperty(connection, "recvSinceLastCheck", {
      get: () => hasCome || this.#isPaused,
      set: (value: boolean) => hasCome = value,
    });
  }

  /** Receives no frame until it is told to {@linkcode resume}. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Receives frames again, those that have come meanwhile in a moment. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    queueMicrotask(() => this.#connection.stream.emit("readable"));
  }

  #next(): unknown {
    const before = this.#connection.rest;
    try {
      return this.#receive();
    } catch (error) {
      const isWhole = this.#connection.rest !== before;
      const header = isWhole ? readFrame(before) : undefined;
      if (header === undefined) throw error;
      return header;
    }
  }
}

function isFrameReceiver(connection: object): connection is FrameReceiver {
  return "rest" in connection && connection.rest instanceof Uint8Array &&
    "recvFrame" in connection && typeof connection.recvFrame === "function" &&
    "recvSinceLastCheck" in connection && "stream" in connection;
}

/** The header frame that these bytes begin with, as amqplib has it. */
function readFrame(bytes: Uint8Array): unknown {
  if (bytes[0] !== HEADER_FRAME || bytes.length < HEAD_SIZE) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset, HEAD_SIZE);
  const end = HEAD_SIZE + head.getUint32(3);
  if (bytes.length < end + END_SIZE) return undefined;
  const { classId, size, properties } = readContentHeader(
    bytes.subarray(HEAD_SIZE, end),
  );
  return { id: classId, channel: head.getUint16(1), size, fields: properties };
}
