import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ChannelModel } from "amqplib";
import { startPrivateBroker } from "../../tools/broker.ts";
import { mayMoveUsers } from "../../src/topology/partitions.ts";
import { onBroker } from "../support/on_broker.ts";
import { runProgram } from "../support/program.ts";

const QUEUES = ["q.0", "q.1", "q.2", "q.3"];

/** Publishes the same 400 messages about 150 users each time. */
async function publish(url: string, ...options: string[]) {
  return await runProgram([
    ...["publish", "--amqp-url", url, "--exchange", "e", "--queue", "q"],
    ...["--size", "400", "--users", "150", "--seed", "3", ...options],
  ]);
}

/** Takes all messages. @returns In which queues each routing key was. */
async function takeAll(connection: ChannelModel): Promise<[string, string][]> {
  const channel = await connection.createChannel();
  const places = new Map<string, Set<string>>();
  for (const queue of QUEUES) {
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (message === false) break;
      const { routingKey } = message.fields;
      const known = places.get(routingKey) ?? new Set();
      places.set(routingKey, known.add(queue));
    }
  }
  await channel.close();
  return [...places].map(([key, queues]): [string, string] => [
    key,
    [...queues].join(),
  ]).sort();
}

Deno.test("partitions: a user's events stay in one queue, over a restart of the node and rebinding", async () => {
  await using broker = await startPrivateBroker();
  const { url } = broker;
  const declared = await publish(url, "--partitions", "4");
  assertEquals(declared.code, 0, declared.stderr);
  const places = await onBroker(url, takeAll);
  assert(places.length > 200);
  for (const queue of QUEUES) {
    const share = places.filter(([_, place]) => place === queue).length;
    assert(share > places.length / 8, `${queue} has ${share} keys`);
  }

  // What is repeated goes the same way, with everything declared once more.
  await broker.kill();
  await broker.start();
  await publish(url, "--partitions", "4");
  assertEquals(await onBroker(url, takeAll), places);

  await onBroker(url, async (connection) => {
    const channel = await connection.createChannel();
    for (const queue of QUEUES) await channel.deleteQueue(queue);
    for (const queue of ["q.2", "q.0", "q.3", "q.1"]) {
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, "q.partitions", "");
    }
    await channel.close();
  });
  await publish(url, "--no-declare");
  assertEquals(await onBroker(url, takeAll), places);

  for (const other of ["3", "5"]) {
    const { code, complaints } = await publish(url, "--partitions", other);
    assertEquals(code, 76);
    assertMatch(
      complaints.join(),
      new RegExp(`make ${other} partition.*"q": there are 4, .*--partitions`),
    );
  }
  assertEquals(await onBroker(url, takeAll), [], "nothing was published");
});

Deno.test("partitions without the broker's plugin: 76, with what to enable, and no queue is made", async () => {
  await using broker = await startPrivateBroker({ plugins: [] });
  const { code, complaints } = await publish(broker.url, "--partitions", "2");
  assertEquals(code, 76);
  assertEquals(complaints.length, 1);
  assertMatch(complaints[0]!, /rabbitmq-plugins enable rabbitmq_sharding/);
  assertEquals(await broker.ctl("-q", "list_queues", "name"), "");
});

Deno.test("partitions on RabbitMQ 4.0 to 4.2 come with a warning", () => {
  const warned = ["3.10.8", "3.13.7", "4.0.9", "4.2.3", "4.3.0", "4.10.0"]
    .filter(mayMoveUsers);
  assertEquals(warned, ["4.0.9", "4.2.3"]);
});
