import type { Place } from "./broker_place.ts";
import { bytes } from "./messages.ts";
import { onBroker } from "./on_broker.ts";
import { METHOD, TcpProxy } from "./tcp_proxy.ts";

/** A message of which every byte is the test's. */
export interface RawMessage {
  readonly routingKey: readonly number[];
  readonly body: string;
  /** The fields of a table of headers. Default: no headers. */
  readonly headers?: readonly number[];
  /** Default: none. */
  readonly messageId?: string;
}

/**
 * Publishes persistent messages that no client would make, by putting their
 * frames into the stream of one that asks something on the same channel.
 *
 * Frames: https://www.rabbitmq.com/amqp-0-9-1-reference
 */
export async function publishRaw(
  { url, exchange, queue }: Place,
  messages: readonly RawMessage[],
): Promise<void> {
  await using proxy = await TcpProxy.start(url);
  const frames = messages.flatMap((message) => framesOf(exchange, message));
  await onBroker(proxy.url(), async (connection) => {
    const channel = await connection.createChannel();
    const asked = {
      direction: "toBroker",
      method: METHOD.queueDeclare,
    } as const;
    const sent = proxy.plan({ ...asked, frame: 1 }, new Uint8Array(frames));
    // The answer comes when the broker has taken what stands before it.
    await channel.checkQueue(queue);
    await sent;
  });
}

function framesOf(
  exchange: string,
  { routingKey, body, headers = [], messageId = "" }: RawMessage,
): number[] {
  const content = bytes(body);
  const [publish, basic] = [[0, 60, 0, 40], [0, 60]];
  // Property flags: headers, delivery mode and message-id.
  const properties = [
    ...[0x30, 0x80, ...long(headers.length), ...headers, 2],
    ...short(bytes(messageId)),
  ];
  return [
    ...frame(1, [
      ...[...publish, 0, 0, ...short(bytes(exchange)), ...short(routingKey), 0],
    ]),
    ...frame(2, [
      ...[...basic, 0, 0, ...long(0), ...long(content.length), ...properties],
    ]),
    ...frame(3, content),
  ];
}

/** A frame on channel 1. */
function frame(type: number, payload: ArrayLike<number>): number[] {
  return [type, 0, 1, ...long(payload.length), ...Array.from(payload), 0xce];
}

const long = (value: number) =>
  [24, 16, 8, 0].map((shift) => value >>> shift & 0xff);

/** A text with its length in a byte. */
const short = (text: ArrayLike<number>) => [text.length, ...Array.from(text)];
