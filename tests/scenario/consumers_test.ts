/** What consumers get, and what their failure does. */
import { assertEquals, assertRejects } from "@std/assert";
import type { EventConsumer } from "../../src/count/event_consumer.ts";
import { CountingConsumer } from "../../src/count/counting_consumer.ts";
import { consumerOf } from "../../src/count/event_consumer.ts";
import { settle } from "../support/fake_clock.ts";
import { contentOf, rejectionsOf } from "../support/ledger_content.ts";
import { event, events, uuid } from "../support/messages.ts";
import { durableLedger, everyLedger, Scenario } from "../support/scenario.ts";
import { unhandledRejectionsOf } from "../support/unhandled_rejections.ts";

/** Notes what it gets; takes a few turns of the event loop for each. */
class Recorder implements EventConsumer {
  readonly got: string[] = [];
  readonly #turns: number;

  constructor(turns: number) {
    this.#turns = turns;
  }

  handlerFor(type: string) {
    return async (userId: string, { id }: { id: string }) => {
      for (let turn = 0; turn < this.#turns; turn++) await Promise.resolve();
      this.got.push(`${userId} ${type} ${id}`);
    };
  }
}

everyLedger.test("every consumer gets every new event once and in order, however slow the others are", async ({ ledger }) => {
  const recorders = [0, 1, 7].map((turns) => new Recorder(turns));
  const scenario = new Scenario(ledger, {
    channelCapacity: 2,
    checkpointSize: 7,
    consumers: (tally) => [new CountingConsumer(tally), ...recorders],
  });

  await scenario.runToEnd(...events(0, 30), ...events(0, 30));

  const expected = Array.from(
    { length: 30 },
    (_, i) => `a created ${uuid(i)}`,
  );
  for (const { got } of recorders) assertEquals(got, expected);
  assertEquals((await contentOf(ledger)).counts, [["created", [["a", 30]]]]);
});

everyLedger.test("consumers get the types they subscribe to; what nobody wants is rejected", async ({ ledger }) => {
  const created: string[] = [], both: string[] = [];
  const scenario = new Scenario(ledger, {
    consumers: () => [
      consumerOf({ created: (user) => void created.push(user) }),
      consumerOf({
        created: (user) => void both.push(user),
        updated: (user) => void both.push(user),
      }),
    ],
  });

  const result = await scenario.runToEnd(
    event("a", "created", "1"),
    event("b", "updated", "2"),
    event("c", "deleted", "3"),
    event("c", "deleted", "3"),
    // The id was not used up by what was rejected.
    event("d", "created", "3"),
  );

  assertEquals([created, both.sort()], [["a", "d"], ["a", "b", "d"]]);
  assertEquals([result.unique, result.rejected], [3, 2]);
  assertEquals(
    (await rejectionsOf(ledger)).map(({ reason, routingKey }) => [
      reason,
      routingKey,
    ]),
    Array(2).fill(["unknown_type", "c.event.deleted"]),
  );
});

everyLedger.test("what consumers do not add to the tally is not counted, but seen", async ({ ledger, next }) => {
  const silent = new Scenario(ledger, {
    consumers: () => [{ handlerFor: () => () => {} }],
  });
  await silent.runToEnd(...events(0, 3));
  assertEquals((await contentOf(ledger)).counts, []);

  const { duplicates } = await new Scenario(await next())
    .runToEnd(...events(0, 3));

  assertEquals(duplicates, ledger.ackAfter === "checkpoint" ? 3 : 0);
});

everyLedger.test("any type is taken, up to 1,000 of them; further ones are rejected", async ({ ledger }) => {
  const types = Array.from({ length: 1_003 }, (_, i) => `type_${i}`);
  const scenario = new Scenario(ledger, { types: "any" });

  const { unique, rejected } = await scenario.runToEnd(
    ...types.map((type, i) => event("a", type, uuid(i))),
    event("a", "type_0", uuid(5_000)),
    event("a", "type_1001", uuid(5_001)),
  );

  assertEquals([unique, rejected], [1_001, 4]);
  assertEquals((await ledger.types()).sort(), types.slice(0, 1_000).sort());
  assertEquals(
    (await rejectionsOf(ledger)).map(({ reason, routingKey }) => [
      reason,
      routingKey,
    ]),
    [1_000, 1_001, 1_002, 1_001].map((number) => [
      "unknown_type",
      `a.event.type_${number}`,
    ]),
  );
});

durableLedger.test("types that were counted in an earlier run come before new ones", async ({ ledger, next }) => {
  const run = async (...types: readonly string[]) => {
    const scenario = new Scenario(await next(), { types: "any" });
    const { unique } = await scenario.runToEnd(
      ...types.map((type) => event("a", type, crypto.randomUUID())),
    );
    return unique;
  };
  const old = Array.from({ length: 999 }, (_, i) => `old_${i}`);
  const fresh = Array.from({ length: 1_000 }, (_, i) => `new_${i}`);

  await run(...old);

  assertEquals(await run(...fresh, ...old), 1 + 999);
  assertEquals((await ledger.types()).length, 1_000);
});

for (
  const [how, fail] of [
    ["throws", () => {
      throw new Error("no");
    }],
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "rejects late",
      () => settle().then(() => Promise.reject(new Error("no"))),
    ],
  ] as const
) {
  everyLedger.test(`a consumer that ${how} ends the run with its error and acks nothing of the batch`, async ({ ledger, next }) => {
    const scenario = new Scenario(ledger, {
      checkpointSize: 3,
      channelCapacity: 1,
      consumers: (tally) => [
        new CountingConsumer(tally),
        {
          handlerFor: () => (_user, { id }) =>
            id === uuid(4) ? fail() : undefined,
        },
      ],
    });

    const reasons = await unhandledRejectionsOf(async () => {
      await assertRejects(
        () => scenario.runToEnd(...events(0, 9)),
        Error,
        "no",
      );
    });

    assertEquals(reasons, []);
    const kept = ledger.ackAfter === "checkpoint" ? 3 : 0;
    assertEquals(scenario.source.leftInQueue.length, 9 - kept);
    assertEquals(scenario.ledger.runs.map(({ stopped }) => stopped), [
      "error",
    ]);
    const repeated = new Scenario(await next());
    await repeated.runToEnd(...scenario.source.leftInQueue);
    assertEquals((await contentOf(repeated.ledger)).counts, [
      ["created", [["a", 9]]],
    ]);
  });
}

everyLedger.test("a consumer that fails for the very last event ends the run with its error, too", async ({ ledger }) => {
  const scenario = await new Scenario(ledger, {
    consumers: () => [{
      handlerFor: () => () => Promise.reject(new Error("no")),
    }],
  }).start(event("a", "created", "1"));

  await assertRejects(() => scenario.result, Error, "no");

  assertEquals(scenario.source.acks, []);
  assertEquals((await contentOf(ledger)).counts, []);
});
