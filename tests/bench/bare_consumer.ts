import { connect } from "amqplib";

/** How long a drain took, and that it was complete. */
export interface Drain {
  /** From the first delivery to the last one processed, in ms. */
  readonly milliseconds: number;
  readonly received: number;
}

/**
 * What the tool is compared with: the least that amqplib can do. JSON.parse,
 * a Map for the ids, a Map for the counts, one `multiple` ack per half window,
 * and nothing durable.
 *
 * @param ackEach Whether to ack each message by itself instead, as most
 * consumers do.
 */
export async function drainBare(
  url: string,
  queue: string,
  size: number,
  prefetch: number,
  ackEach = false,
): Promise<Drain> {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(prefetch);
  const seen = new Map<string, true>();
  const counts = new Map<string, number>();
  const done = Promise.withResolvers<void>();
  let received = 0, started = 0, ended = 0;
  const { consumerTag } = await channel.consume(queue, (message) => {
    if (message === null) return done.reject(new Error("cancelled"));
    if (received === 0) started = performance.now();
    const { id } = JSON.parse(message.content.toString());
    if (!seen.has(id)) {
      seen.set(id, true);
      const { routingKey } = message.fields;
      counts.set(routingKey, (counts.get(routingKey) ?? 0) + 1);
    }
    received++;
    const last = received === size;
    if (ackEach) channel.ack(message);
    else if (last || received % (prefetch / 2) === 0) {
      channel.ack(message, true);
    }
    if (last) {
      ended = performance.now();
      done.resolve();
    }
  });
  await done.promise;
  await channel.cancel(consumerTag);
  await channel.close();
  await connection.close();
  return { milliseconds: ended - started, received: seen.size };
}
