import { readContentHeader } from "./content_header.ts";

/** What amqplib's connection has for itself, as far as it is used here. */
interface FrameReceiver {
  /** What has come and is no whole frame yet, or was not looked at. */
  rest: Uint8Array;
  /** Takes the next frame out of it, decoded; false if there is none. */
  recvFrame(): unknown;
}

/** Type, channel and size come before the payload of a frame, its end after. */
const HEAD_SIZE = 7, END_SIZE = 1;

const HEADER_FRAME = 2;

/**
 * Makes a connection of amqplib read every message. Its own decoder throws at
 * headers of types that it does not know, which ends the connection; and the
 * message comes again on the next one. Other clients send such types: py-amqp
 * (kombu, Celery) writes integers beyond 31 bits with the tag `L`.
 *
 * @param connection `ChannelModel.connection`, before anything is consumed.
 * @throws If it is not built like that of the version this was written for.
 */
export function readEveryMessage(connection: object): void {
  if (!isFrameReceiver(connection)) {
    throw new TypeError("amqplib receives frames in another way than it did");
  }
  const { recvFrame } = connection;
  connection.recvFrame = () => {
    const before = connection.rest;
    try {
      return recvFrame.call(connection);
    } catch (error) {
      const header = connection.rest === before ? undefined : readFrame(before);
      if (header === undefined) throw error;
      return header;
    }
  };
}

function isFrameReceiver(connection: object): connection is FrameReceiver {
  return "rest" in connection && connection.rest instanceof Uint8Array &&
    "recvFrame" in connection && typeof connection.recvFrame === "function";
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
