/** How much is in hand at once, and when it is written. */
import { assertEquals } from "@std/assert";
import { BODY_LIMIT } from "../../src/decode/body.ts";
import { until } from "../support/until.ts";
import { events, raw } from "../support/messages.ts";
import { countingAfter, everyLedger, Scenario } from "../support/scenario.ts";

everyLedger.test("a slow consumer bounds what is taken, and loses nothing", async ({ ledger }) => {
  let release: (() => void) | undefined;
  let handled = 0;
  const scenario = new Scenario(ledger, {
    channelCapacity: 4,
    checkpointSize: 10,
    checkpointInterval: 1e9,
    consumers: countingAfter(async () => {
      await new Promise<void>((resolve) => release = resolve);
      handled++;
    }),
  });
  await scenario.start(...events(0, 35));
  // One is being handled, four wait in the channel, the others of the batch
  // wait for room.
  const { totals, done } = scenario.pipeline;
  assertEquals([scenario.source.taken, totals.unique, done.unique], [10, 5, 0]);

  for (let i = 1; i <= 35; i++) {
    const next = release!;
    release = undefined;
    next();
    await until(
      "the next one is handled",
      () => handled === i && (release !== undefined || i === 35),
    );
    const { taken } = scenario.source;
    const { unique } = scenario.pipeline.totals;
    assertEquals(unique <= handled + 1 + 4, true, `${unique} are routed`);
    assertEquals(taken <= 10 * (Math.floor(i / 10) + 1), true, `${taken}`);
  }
  await scenario.runToSilence();

  assertEquals([handled, scenario.pipeline.done.unique], [35, 35]);
  assertEquals(scenario.source.leftInQueue, []);
});

everyLedger.test("a slow consumer of one type does not hold up the others until its channel is full", async ({ ledger }) => {
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const scenario = await new Scenario(ledger, {
    channelCapacity: 4,
    consumers: () => [{
      handlerFor: (type) => async () => {
        if (type === "created") await gate.promise;
        order.push(type);
      },
    }],
  }).start(...events(0, 3), ...events(3, 6, "updated"));
  assertEquals(order, ["updated", "updated", "updated"]);

  gate.resolve();
  await scenario.runToSilence();

  assertEquals(order.length, 6);
});

everyLedger.test("a checkpoint is written as soon as its size is reached, duplicates and rejections included", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, { checkpointSize: 5 })
    .start(...events(0, 2), ...events(0, 2));
  const written = () =>
    scenario.ledger.batches
      .map(({ ids, rejections }) => [ids.length, rejections.length]);
  assertEquals(written(), []);

  await scenario.push(raw("bad", "key"));
  assertEquals(written(), [[2, 1]]);
  await scenario.push(...events(2, 14));

  assertEquals(scenario.clock.monotonic(), 0);
  assertEquals(written(), [[2, 1], [5, 0], [5, 0]]);
  await scenario.runToSilence();
});

everyLedger.test("a checkpoint is written when its interval has passed since its first delivery", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, {
    checkpointInterval: 1_000,
    idle: 1e9,
  }).start();
  const { clock } = scenario;
  const start = clock.now();
  const written = () =>
    scenario.ledger.batches.map(({ at, ids }) => [at - start, ids.length]);

  await clock.advance(500);
  await scenario.push(...events(0, 1));
  await clock.advance(900);
  await scenario.push(...events(1, 3));
  await clock.advance(99);
  assertEquals(written(), []);
  await clock.advance(1);
  assertEquals(written(), [[1_500, 3]]);

  await clock.advance(5_000);
  await scenario.push(...events(3, 4));
  await clock.advance(999);
  assertEquals(written(), [[1_500, 3]]);
  await clock.advance(1);
  assertEquals(written(), [[1_500, 3], [7_500, 1]]);
  scenario.stop();
  await scenario.result;
});

everyLedger.test("a checkpoint that its size brings about starts the interval anew", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, {
    checkpointSize: 2,
    checkpointInterval: 1_000,
  }).start(...events(0, 1));
  await scenario.clock.advance(600);
  await scenario.push(...events(1, 3));
  assertEquals(scenario.ledger.batches.length, 1);

  await scenario.clock.advance(999);
  assertEquals(scenario.ledger.batches.length, 1);
  await scenario.clock.advance(1);
  assertEquals(scenario.ledger.batches.length, 2);
  await scenario.runToSilence();
});

everyLedger.test("a checkpoint in the interval waits until the consumers have done what they were given", async ({ ledger }) => {
  const gate = Promise.withResolvers<void>();
  const scenario = await new Scenario(ledger, {
    consumers: countingAfter(() => gate.promise),
  }).start(...events(0, 1));
  await scenario.clock.advance(10_000);
  assertEquals(scenario.ledger.batches, []);

  gate.resolve();
  await scenario.clock.advance(0);

  assertEquals(
    scenario.ledger.batches.map(({ counts }) => counts),
    [new Map([["created", new Map([["a", 1]])]])],
  );
  await scenario.runToSilence();
});

everyLedger.test("rejected bodies are written before they fill the memory", async ({ ledger }) => {
  const large = new Uint8Array(BODY_LIMIT + 1);
  const scenario = await new Scenario(ledger, { checkpointInterval: 1e9 })
    .start();
  for (let i = 0; i < 15; i++) {
    await scenario.push(raw("a.event.created", large));
  }
  assertEquals(scenario.ledger.batches.length, 0);

  await scenario.push(raw("a.event.created", large));

  assertEquals(scenario.ledger.batches.length, 1);
  await scenario.runToSilence();
});
