/** What becomes of deliveries that cannot be counted. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { rejectionsOf } from "../support/ledger_content.ts";
import { again, event, type Message, raw, uuid } from "../support/messages.ts";
import { durableLedger, everyLedger, Scenario } from "../support/scenario.ts";

everyLedger.test("a recorded rejection that is delivered again is not recorded twice", async ({ ledger, next }) => {
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
});

/** A stream in which few bodies come over and over, between events. */
function brokenStream(size: number): Message[] {
  return Array.from(
    { length: size },
    (_, i) =>
      i % 5 < 2
        ? raw("a.event.created", `no JSON ${i % 3}`)
        : event("a", "created", uuid(i)),
  );
}

everyLedger.test("wherever acks get lost, each of many equal rejections is recorded once", async ({ fresh }) => {
  const stream = brokenStream(40);
  for (let lostAt = 1; lostAt < stream.length; lostAt++) {
    const ledger = await fresh();
    const scenario = await new Scenario(ledger, { checkpointSize: 6 })
      .start(...stream.slice(0, lostAt));
    // The rest comes flagged, as from a broker that was restarted.
    scenario.source.push(...again(stream.slice(lostAt)));
    scenario.source.detach();
    scenario.source.attach();
    const { rejected } = await scenario.runToSilence();

    assertEquals([lostAt, rejected], [lostAt, 16]);
    assertEquals((await rejectionsOf(ledger)).length, 16);
  }
});

durableLedger.test("a run that follows a crash between commit and ack records no rejection twice, and none too few", async ({ fresh }) => {
  const stream = brokenStream(40);
  for (let size = 1; size < 12; size++) {
    const ledger = await fresh();
    const first = await new Scenario(ledger, { checkpointSize: size })
      .start(...stream.slice(0, size));
    first.source.detach();
    first.stop();
    await first.result;

    // The broker was restarted, too: it flags all it has.
    const second = new Scenario(ledger);
    await second.runToEnd(...again(stream));

    assertEquals((await rejectionsOf(ledger)).length, 16, `size ${size}`);
  }
});

everyLedger.test("acks that have arrived make equal rejections new ones, flagged or not", async ({ ledger }) => {
  const bad = [raw("a.event.created", "no JSON"), raw("bad", "key")];
  const scenario = await new Scenario(ledger).start(...bad);
  await scenario.clock.advance(1_000);
  scenario.source.detach();
  scenario.source.attach();
  await scenario.push(...again(bad));
  await scenario.runToSilence();

  assertEquals((await rejectionsOf(ledger)).length, 4);
});

durableLedger.test("a broker that gives back late, after it has taken later acks, finds each rejection recorded", async ({ ledger }) => {
  const bad = raw("a.event.created", "no JSON");
  const scenario = await new Scenario(ledger).start(bad);
  // The broker does not know yet that the first channel is gone.
  scenario.source.attach();
  await scenario.clock.advance(1_000);
  await scenario.push(raw("bad", "key"));
  await scenario.clock.advance(1_000);
  await scenario.push(event("a", "created", uuid(1)));
  await scenario.runToSilence();
  const { duplicates } = await new Scenario(ledger).runToEnd(...again([bad]));

  assertEquals(duplicates, 1);
});

everyLedger.test("equal bad messages around an event that is published twice are each known again", async ({ ledger }) => {
  const bad = raw("a.event.created", "no JSON");
  const good = event("a", "created", uuid(1));
  const scenario = await new Scenario(ledger).start(bad, good, bad, good);
  scenario.source.detach();
  scenario.source.attach();
  await scenario.runToSilence();

  assertEquals((await rejectionsOf(ledger)).length, 2);
});

durableLedger.test("a bad message behind an event that is published again is another one", async ({ ledger }) => {
  const bad = raw("a.event.created", "no JSON");
  const [x, y, z] = [1, 2, 3].map((id) => event("a", "created", uuid(id)));
  const scenario = await new Scenario(ledger).start(x!, bad, y!);
  await scenario.clock.advance(1_000);
  scenario.source.detach();
  scenario.source.attach();
  await scenario.push(...again([x!, bad, z!]));
  await scenario.runToSilence();

  assertEquals((await rejectionsOf(ledger)).length, 2);
});

durableLedger.test("what a run knows to be acked is not taken for what comes behind the same event later", async ({ ledger }) => {
  const bad = raw("a.event.created", "no JSON");
  const [x, y] = [1, 2].map((id) => event("a", "created", uuid(id)));
  const scenario = await new Scenario(ledger, { checkpointSize: 2 })
    .start(x!, bad, y!, bad);
  await scenario.runToSilence();
  await new Scenario(ledger).runToEnd(...again([x!, bad, y!]));

  assertEquals((await rejectionsOf(ledger)).length, 3);
});

everyLedger.test("two equal rejections that were each sent are recorded twice", async ({ ledger }) => {
  const bad = raw("a.event.created", "no JSON");

  const { rejected } = await new Scenario(ledger).runToEnd(bad, bad);

  assertEquals(rejected, 2);
  assertEquals((await rejectionsOf(ledger)).length, 2);
});

durableLedger.test("of equal rejections that are read back, as many are recorded as there are", async ({ ledger }) => {
  const sent = raw("a.event.created", "no JSON");
  const line = { ...sent, rejectedBefore: true };
  const lines = Array<Message>(6).fill(line);
  const recordedAfter = async (...messages: readonly Message[]) => {
    await new Scenario(ledger, { checkpointSize: 2 }).runToEnd(...messages);
    return (await rejectionsOf(ledger)).length;
  };
  // A run that breaks off, whose file is then read from its beginning.
  const broken = new Scenario(ledger, { checkpointSize: 2 });
  broken.ledger.failCheckpoint(2, new Error("disk full"));
  await assertRejects(() => broken.runToEnd(line, line, line, line));

  assertEquals((await rejectionsOf(ledger)).length, 2);
  assertEquals(await recordedAfter(...lines), 6);
  assertEquals(await recordedAfter(...lines), 6);
  assertEquals(await recordedAfter(sent, sent, ...lines, line), 9);
});

everyLedger.test("a rejected delivery keeps its bytes, its reason and its time", async ({ ledger }) => {
  const scenario = await new Scenario(ledger).start();
  const body = new Uint8Array([0xff, 0x00, 0x0a]);
  scenario.clock.setWallClock(1_767_225_600_123);
  await scenario.push(raw("a.event.created", body));
  await scenario.clock.advance(5_000);
  await scenario.result;

  const { reason, routingKey, body: kept, at } =
    (await rejectionsOf(ledger))[0]!;
  assertEquals([reason, routingKey, kept, at], [
    "bad_json",
    "a.event.created",
    body,
    1_767_225_600_123,
  ]);
});

everyLedger.test("a poison message stops neither this run nor the next", async ({ ledger, next }) => {
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
});

everyLedger.test("where others share what rejections may take, it is asked for each batch of them", async ({ ledger }) => {
  const rooms = [1_000, 1_000, 300];
  const scenario = new Scenario(ledger, {
    checkpointSize: 1,
    rejectedRoom: () => Promise.resolve(rooms.shift()!),
  });
  const messages = [1, 2, 3].map((i) => raw("bad", "x".repeat(50 * i)));
  const error = await assertRejects(
    () => scenario.runToEnd(event("a", "created", uuid(1)), ...messages),
  );
  assertEquals((await rejectionsOf(ledger)).length, 2);
  assertMatch(`${error}`, /takes 409 bytes, and --rejected-limit leaves 300 b/);
});
