import type { ConsumeMessage } from "amqplib";
import type { Delivery, Settlement } from "../../model/delivery.ts";

/** A delivery with no more in it than is needed, read once from amqplib's. */
export class AmqpDelivery implements Delivery {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  readonly returns: number;
  readonly tag: number;

  /** @param countsReturns Whether the queue's delivery count is its own. */
  constructor(
    message: ConsumeMessage,
    readonly settlement: Settlement,
    countsReturns: boolean,
  ) {
    const { fields, properties, content } = message;
    this.routingKey = fields.routingKey;
    this.body = content;
    this.redelivered = fields.redelivered;
    // At the first delivery a quorum queue leaves a publisher's header alone.
    this.returns = countsReturns && fields.redelivered
      ? returnsIn(properties.headers)
      : 0;
    this.tag = fields.deliveryTag;
  }
}

function returnsIn(headers: Record<string, unknown> = {}): number {
  const name = "x-delivery-count";
  const count = Object.hasOwn(headers, name) ? headers[name] : 0;
  return typeof count === "number" ? count : 0;
}
