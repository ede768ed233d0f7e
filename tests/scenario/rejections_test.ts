/** What becomes of deliveries that cannot be counted. */
import { assertEquals } from "@std/assert";
import { ledgerAdapters } from "../support/ledger_adapters.ts";
import { rejectionsOf } from "../support/ledger_content.ts";
import { again, event, raw, uuid } from "../support/messages.ts";
import { promise, Scenario } from "../support/scenario.ts";

promise(
  "a recorded rejection that is delivered again is not recorded twice",
  ledgerAdapters,
  async ({ ledger, next }) => {
    const bad = [raw("a.event.created", "no JSON"), raw("bad", "key")];
    const scenario = await new Scenario(ledger).start(...bad);
    scenario.source.detach();
    scenario.source.attach();
    await scenario.clock.advance(6_000);
    const { rejected, duplicates } = await scenario.result;
    assertEquals([rejected, duplicates], [2, 2]);

    // The next run knows what the ledger has kept, and nothing else.
    const later = new Scenario(await next());
    const repeated = await later.runToEnd(...again(bad));

    const known = ledger.ackAfter === "checkpoint" ? 2 : 0;
    assertEquals([repeated.duplicates, repeated.rejected], [known, 2 - known]);
    assertEquals((await rejectionsOf(later.ledger)).length, 2);
  },
);

promise(
  "two equal rejections that were each sent are recorded twice",
  ledgerAdapters,
  async ({ ledger }) => {
    const bad = raw("a.event.created", "no JSON");

    const { rejected } = await new Scenario(ledger).runToEnd(bad, bad);

    assertEquals(rejected, 2);
    assertEquals((await rejectionsOf(ledger)).length, 2);
  },
);

promise(
  "a rejected delivery keeps its bytes, its reason and its time",
  ledgerAdapters,
  async ({ ledger }) => {
    const scenario = await new Scenario(ledger).start();
    const body = new Uint8Array([0xff, 0x00, 0x0a]);
    scenario.clock.setWallClock(1_767_225_600_123);
    await scenario.push(raw("a.event.created", body));
    await scenario.clock.advance(5_000);
    await scenario.result;

    const { fingerprint: _, ...kept } = (await rejectionsOf(ledger))[0]!;
    assertEquals(kept, {
      reason: "bad_json",
      routingKey: "a.event.created",
      body,
      at: 1_767_225_600_123,
    });
  },
);

promise(
  "a poison message stops neither this run nor the next",
  ledgerAdapters,
  async ({ ledger, next }) => {
    const poison = ["null", "[]", '{"id":""}', '{"id":1}', "{", ""].flatMap(
      (body) => [raw("a.event.created", body), raw("", body), raw(".", body)],
    );
    for (const [run, found] of [ledger, await next()].entries()) {
      const scenario = new Scenario(found, { checkpointSize: 4 });
      const result = await scenario
        .runToEnd(...poison, event("a", "created", uuid(run)));
      assertEquals([result.rejected, result.unique], [poison.length, 1]);
      assertEquals(scenario.source.leftInQueue, []);
    }
  },
);
