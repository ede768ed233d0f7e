import { assert, assertEquals } from "@std/assert";
import { startPrivateBroker } from "../../tools/broker.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { storedIds } from "../support/stored_ids.ts";
import { jsonFiles } from "../support/broker_place.ts";
import { countsOfFiles, idsOf } from "./comparison.ts";
import { assertFine, assertRefused, Drain, endOf, GRACE } from "./drain.ts";

Deno.test("queue deleted in mid-drain (basic.cancel): 76, and what was taken is counted once when all is published again", async () => {
  // A rejected message that is published again would be another rejection.
  await using drain = await Drain.named("queue deleted", { invalid: 0 });
  const { place, stream, choices } = drain;
  await using proxy = await TcpProxy.start(place.url);
  const acking = proxy.planAt("ack", choices.between(2, 10), "stall");
  const running = drain.start({ url: proxy.url() });
  await acking;
  await place.channel.deleteQueue(place.queue);
  await proxy.resume();
  assertRefused(await endOf(running), 76);

  const counted = [...countsOfFiles(await jsonFiles(drain.out)).values()];
  assert(counted.length > 0, "what was taken before is in the files");
  await place.declare();
  await place.publish(stream.messages);
  await drain.settle();
});

Deno.test("queue purged in mid-drain: what was not purged is counted exactly", async () => {
  const distinct = { duplicates: 0, invalid: 0 };
  await using drain = await Drain.named("queue purged", distinct);
  const { place, stream, choices } = drain;
  await using proxy = await TcpProxy.start(place.url);
  // While it stalls at an ack, the broker has sent a window and waits.
  const acking = proxy.planAt("ack", choices.between(2, 10), "stall");
  const running = drain.start({
    url: proxy.url(),
    args: ["--idle", "500ms"],
  });
  await acking;
  const { messageCount: purged } = await place.channel.purgeQueue(place.queue);
  await proxy.resume();
  const { unique, received } = assertFine(await endOf(running, 500 + GRACE));
  assert(purged > 0, "there was something to purge");
  assertEquals([unique, received], Array(2).fill(stream.unique - purged));

  // Which ones they were, the ledger must know, and the files with it.
  const ids = storedIds(drain.ledgerPath!);
  assertEquals(ids.length, unique);
  const kept = new Set(ids);
  const expected = new Map<string, number>();
  for (const message of stream.messages) {
    if (!kept.has(idsOf([message])[0]!)) continue;
    const [user, , type] = message.routingKey.split(".");
    const key = `${type} ${user}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  assertEquals(
    [...countsOfFiles(await jsonFiles(drain.out))].sort(),
    [...expected].sort(),
  );
});

Deno.test("a quorum queue whose leader does not answer: 69 and not empty, and the next run counts all", async () => {
  await using broker = await startPrivateBroker();
  await using drain = await Drain.named("leader mute", {
    url: broker.url,
    queueArguments: { "x-queue-type": "quorum" },
    publish: false,
  });
  const { place, stream } = drain;
  const leader = `whereis('%2F_${place.queue}')`;
  const running = drain.start({
    args: ["--idle", "1s", "--reconnect-timeout", "2s"],
  });
  await drain.untilConsumers(1);
  // Messages keep the run from its end until the leader is mute.
  let isMute = false;
  const muting = broker.ctl("eval", `sys:suspend(${leader}).`)
    .then(() => isMute = true);
  const left = [...stream.messages];
  while (!isMute) {
    // It is not confirmed any more when that is so.
    await Promise.race([place.publish(left.splice(0, 1)), muting]);
  }
  assertRefused(await endOf(running), 69);

  await broker.ctl("eval", `sys:resume(${leader}).`);
  await place.publish(left);
  await drain.settle();
});
