import type { ChannelModel } from "amqplib";
import { messageOf } from "../model/errors.ts";
import { dropChannel } from "./connection.ts";
import type { QueueType } from "./topology.ts";

const PRECONDITION_FAILED = 406;

/**
 * Finds out what type a queue is. AMQP 0-9-1 has no question for that, but
 * RabbitMQ tells when it refuses: a consumer from an offset is possible on
 * streams alone, and there not without a prefetch count. So none ever starts.
 * It takes a channel of its own, which the refusal closes.
 *
 * @returns Nothing where the broker has no streams (RabbitMQ before 3.9, and
 * others), or says something else.
 * @throws amqplib's error, for example 404 if there is no such queue.
 */
export async function findQueueType(
  connection: ChannelModel,
  queue: string,
): Promise<QueueType | undefined> {
  if (!hasStreams(connection)) return undefined;
  const channel = await connection.createChannel();
  // It is told by the promise below as well.
  channel.on("error", () => {});
  try {
    await channel.consume(queue, () => {}, {
      arguments: { "x-stream-offset": "next" },
    });
    dropChannel(channel);
    return undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code !== PRECONDITION_FAILED) throw error;
    return typeIn(messageOf(error));
  }
}

function hasStreams({ connection }: ChannelModel): boolean {
  const { product, version } = connection.serverProperties;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return product === "RabbitMQ" && (major > 3 || major === 3 && minor >= 9);
}

function typeIn(refusal: string): QueueType | undefined {
  if (/prefetch count is not set/.test(refusal)) return "stream";
  switch (/of queue type rabbit_(\w+)_queue/.exec(refusal)?.[1]) {
    case "classic":
      return "classic";
    case "quorum":
      return "quorum";
    default:
      return undefined;
  }
}
