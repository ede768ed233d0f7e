import { getLogger } from "@logtape/logtape";
import type { ChannelModel, ConsumeMessage } from "amqplib";
import type { Delivery } from "../../model/delivery.ts";
import { messageOf } from "../../model/errors.ts";
import type { LeftBehind } from "../source.ts";
import type { AmqpAttachment, QueueState } from "./amqp_attachment.ts";
import { AmqpDelivery } from "./amqp_delivery.ts";
import type { AmqpSourceOptions } from "./amqp_source_options.ts";
import type { Consumption } from "./consumption.ts";

const log = getLogger(["eventcounter", "source"]);

/** How classic and quorum queues are consumed: an ack takes a message out. */
export class QueueConsumption implements Consumption {
  readonly #options: AmqpSourceOptions;
  readonly #countsReturns: boolean;

  /** @param countsReturns Whether the broker counts how often each came back. */
  constructor(options: AmqpSourceOptions, countsReturns: boolean) {
    this.#options = options;
    this.#countsReturns = countsReturns;
  }

  begin(): Promise<Record<string, unknown>> {
    return Promise.resolve({});
  }

  deliveryOf(message: ConsumeMessage, attachment: AmqpAttachment): Delivery {
    const { header } = this.#options;
    return new AmqpDelivery(message, attachment, this.#countsReturns, header);
  }

  taken(_: readonly Delivery[], attachment: AmqpAttachment): void {
    const { holdAll, prefetch } = this.#options;
    if (
      !holdAll || attachment.waiting > 0 || attachment.consumed < prefetch
    ) return;
    attachment.renew().catch((error) => {
      // Losing the channel is noticed by the attachment itself.
      log.debug("cannot start the next consumer: {error}", {
        error: messageOf(error),
      });
    });
  }

  /**
   * Where the leader of a quorum queue does not answer within 250 ms, the broker
   * tells of no messages and no consumers (`rabbit_quorum_queue:stat/2`). There
   * is at least this one.
   */
  hasAnswered({ consumers }: QueueState): boolean {
    return consumers > 0;
  }

  async isEmpty(attachment: AmqpAttachment): Promise<boolean> {
    const state = await attachment.look();
    return state.ready === 0 && this.hasAnswered(state);
  }

  async remaining(attachment: AmqpAttachment): Promise<number> {
    const ready = await attachment.countReady();
    return ready + attachment.waiting;
  }

  async countLeft(connection: ChannelModel): Promise<number> {
    const channel = await connection.createChannel();
    // It is told by the promise below as well.
    channel.on("error", () => {});
    return (await channel.checkQueue(this.#options.queue)).messageCount;
  }

  async findLeftBehind(
    attachment: AmqpAttachment,
  ): Promise<LeftBehind | undefined> {
    const { ready } = attachment.lastLook;
    if (ready === 0) return undefined;
    const now = await attachment.look();
    const messages = Math.min(ready, now.ready);
    return messages === 0 ? undefined : { messages, why: this.#whyLeft(now) };
  }

  #whyLeft({ consumers }: QueueState): string {
    const queue = `queue "${this.#options.queue}"`;
    if (consumers > 0) {
      return `${queue} has ${consumers} other consumer(s), one of which gets ` +
        "them (a single active consumer, or one of a higher priority); " +
        "stop it, or run again when it has ended";
    }
    return this.#options.holdAll
      ? `the broker gives out no more while so many are not acked; run again`
      : `the broker does not tell why; look at ${queue} there, and run again`;
  }
}
