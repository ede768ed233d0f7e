import { Buffer } from "node:buffer";
import { connect } from "amqplib";
import { drainBare } from "./bare_consumer.ts";
import { benchMessages } from "./messages.ts";
import { drainOurs } from "./our_drain.ts";
import { heading, median, perSecond } from "./report.ts";

const PREFETCH = 10_000;

/**
 * Our drain beside that of a bare consumer which acks half windows, and of one
 * which acks each message: in turn on one broker, since a shared machine has
 * fast and slow minutes, and the median of their ratios. The first round warms
 * up and does not count.
 */
export async function benchDrain(
  url: string,
  folder: string,
  { rounds, size }: { rounds: number; size: number },
): Promise<void> {
  heading(
    "Drain of a RabbitMQ queue",
    `${rounds} rounds of ${
      size.toLocaleString("en-US")
    } messages, prefetch ${PREFETCH}, one ack per ${PREFETCH / 2}`,
  );
  const contenders: Record<string, () => Promise<number>> = {
    "ours": () =>
      drainFilled(
        url,
        size,
        (queue) => drainOurs(url, queue, PREFETCH, folder),
      ),
    "bare amqplib": () =>
      drainFilled(url, size, (queue) => drainBare(url, queue, size, PREFETCH)),
    "acking each": () =>
      drainFilled(
        url,
        size,
        (queue) => drainBare(url, queue, size, PREFETCH, true),
      ),
  };
  const names = Object.keys(contenders);
  const toBare: number[] = [], toEach: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const took: Record<string, number> = {};
    // Whoever comes later may find the machine in another mood: take turns.
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      took[name] = await contenders[name]!();
    }
    const ratio = (name: string) => took[name]! / took.ours!;
    if (round > 0) {
      toBare.push(ratio("bare amqplib"));
      toEach.push(ratio("acking each"));
    }
    console.log(
      `  ${round === 0 ? "warm-up" : `round ${round}`}  ` +
        names.map((name) =>
          `${name} ${perSecond(size, took[name]!).padStart(8)}`
        ).join("   ") +
        `   ratio to bare ${ratio("bare amqplib").toFixed(2)}`,
    );
  }
  console.log(
    `  median  ${median(toBare).toFixed(2)} times the bare consumer's rate ` +
      `(aim: 0.95 or more), ${
        median(toEach).toFixed(2)
      } times that of acking each`,
  );
}

async function drainFilled(
  url: string,
  size: number,
  drain: (queue: string) => Promise<{ milliseconds: number; received: number }>,
): Promise<number> {
  const queue = `bench-${crypto.randomUUID()}`;
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, "amq.topic", "*.event.*");
  try {
    for (const [i, { routingKey, body }] of benchMessages(size).entries()) {
      channel.publish("amq.topic", routingKey, Buffer.from(body), {
        deliveryMode: 2,
      });
      if (i % 1_000 === 999) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const { milliseconds, received } = await drain(queue);
    if (received !== size) {
      throw new Error(`Bench: ${received} of ${size} messages were counted`);
    }
    return milliseconds;
  } finally {
    await channel.deleteQueue(queue);
    await connection.close();
  }
}
