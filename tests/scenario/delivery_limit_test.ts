/** Messages that a broker counts the returns of, and would drop in the end. */
import { assertEquals, assertRejects } from "@std/assert";
import { rejectionsOf } from "../support/ledger_content.ts";
import { event, type Message, uuid } from "../support/messages.ts";
import { durableLedger, everyLedger, Scenario } from "../support/scenario.ts";

/** An event that has come back so often. */
const returned = (id: number, returns: number): Message => ({
  ...event("a", "created", uuid(id)),
  redelivered: returns > 0,
  returns,
});

durableLedger.test("a message that has often come back is in a batch of its own", async ({ ledger }) => {
  const scenario = new Scenario(ledger);

  await scenario.runToEnd(
    ...[0, 1, 2].map((id) => returned(id, 9)),
    returned(3, 10),
    returned(4, 18),
    ...[5, 6].map((id) => returned(id, 0)),
  );

  assertEquals(scenario.journal.slice(2, -3), [
    "checkpoint 3 ids, 0 rejections",
    "ack 1 up to 3",
    "checkpoint 1 ids, 0 rejections",
    "ack 1 up to 4",
    "checkpoint 1 ids, 0 rejections",
    "ack 1 up to 5",
    "stop",
    "checkpoint 2 ids, 0 rejections",
    "ack 1 up to 7",
  ]);
});

durableLedger.test("a consumer that dies of one message takes no other back with it that was done", async ({ ledger }) => {
  const scenario = new Scenario(ledger, {
    consumers: () => [{
      handlerFor: () => (_user, { id }) =>
        id === uuid(2) ? Promise.reject(new Error("poison")) : undefined,
    }],
  });

  await assertRejects(
    () => scenario.runToEnd(...[0, 1, 2, 3].map((id) => returned(id, 10))),
    Error,
    "poison",
  );

  assertEquals(
    scenario.source.leftInQueue.map(({ body, returns }) => [
      JSON.parse(new TextDecoder().decode(body)).id,
      returns,
    ]),
    [[uuid(2), 11], [uuid(3), 11]],
  );
});

for (const options of [{}, { deliveryLimit: 4 }]) {
  const { deliveryLimit: limit } = { deliveryLimit: 20, ...options };
  const last = limit - 1;
  everyLedger.test(`a message that the broker would drop next time, at a limit of ${limit}, is kept as a rejection, but for a duplicate`, async ({ ledger, next }) => {
    const scenario = new Scenario(ledger, options);

    const { unique, rejected, duplicates } = await scenario.runToEnd(
      returned(1, last - 1),
      returned(2, last),
      returned(3, 40),
      returned(1, last),
    );

    assertEquals([unique, rejected, duplicates], [1, 2, 1]);
    assertEquals(
      (await rejectionsOf(ledger)).map(({ reason }) => reason),
      ["delivery_limit", "delivery_limit"],
    );
    assertEquals(scenario.source.leftInQueue, []);
    // It can be counted later all the same.
    const later = new Scenario(await next());
    assertEquals((await later.runToEnd(returned(2, 0))).unique, 1);
  });
}
