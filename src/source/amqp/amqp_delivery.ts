import type { ConsumeMessage } from "amqplib";
import type { Delivery, Settlement } from "../../model/delivery.ts";
import {
  type MessageProperties,
  messageProperties,
  oneHeader,
} from "../../model/message_properties.ts";

/** A delivery with no more in it than is needed, read once from amqplib's. */
export class AmqpDelivery implements Delivery {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly properties: MessageProperties | undefined;
  readonly redelivered: boolean;
  readonly returns: number;
  readonly tag: number;

  /**
   * @param countsReturns Whether the queue's delivery count is its own.
   * @param header See `AmqpSourceOptions.header`.
   */
  constructor(
    message: ConsumeMessage,
    readonly settlement: Settlement,
    countsReturns: boolean,
    header: string | undefined,
  ) {
    const { fields, properties, content } = message;
    this.routingKey = fields.routingKey;
    this.body = content;
    this.properties = propertiesOf(message, header);
    this.redelivered = fields.redelivered;
    // At the first delivery a quorum queue leaves a publisher's header alone.
    this.returns = countsReturns && fields.redelivered
      ? returnsIn(properties.headers)
      : 0;
    this.tag = fields.deliveryTag;
  }
}

/** The properties of amqplib's that are kept. */
export function propertiesOf(
  { properties: { messageId, contentEncoding, headers } }: ConsumeMessage,
  header: string | undefined,
): MessageProperties | undefined {
  return messageProperties(
    messageId,
    contentEncoding,
    header === undefined ? undefined : oneHeader(headers, header),
  );
}

function returnsIn(headers: Record<string, unknown> = {}): number {
  const name = "x-delivery-count";
  const count = Object.hasOwn(headers, name) ? headers[name] : 0;
  return typeof count === "number" ? count : 0;
}
